"""The google provider's schema, read back from the classes that are published for Python.

The package holds a description of its classes (jsii: https://aws.github.io/jsii/specification/2-type-system/). A
resource is a class with a `…Config` beside it; each of the config's properties is an argument or a nested block, and
says in its documentation by which name Terraform knows it.
"""

import json
import re
import tarfile
from importlib import metadata

PACKAGE = "cdktf-cdktf-provider-google"
# What every resource has from Terraform itself.
META = {"connection", "count", "dependsOn", "forEach", "lifecycle", "provider", "provisioners"}
# What every class has from the library.
INHERITED = META | {
    "cdktfStack", "constructNodeMetadata", "fqn", "friendlyUniqueId", "rawOverrides", "terraformGeneratorMetadata",
    "terraformMetaArguments", "terraformResourceType",
}
KINDS = {
    "cdktf.TerraformResource": "resources",
    "cdktf.TerraformDataSource": "data",
    "cdktf.TerraformProvider": "provider",
}
PRIMITIVES = {"string": "string", "number": "number", "boolean": "bool"}
ANYTHING = "dynamic"


def build(wanted):
    """The schema of the types named in `wanted`: {"provider": block, "resources": {type: block}, "data": {…}}."""
    return _Assembly(_types()).schema(wanted)


def _types():
    # Found without importing the package, which would start Node.
    archive = next(file for file in metadata.files(PACKAGE) if file.name.endswith(".jsii.tgz"))
    with tarfile.open(archive.locate()) as package:
        return json.load(package.extractfile("package/.jsii"))["types"]


class _Assembly:
    def __init__(self, types):
        self._types = types

    def schema(self, wanted):
        found = {"provider": {"attributes": {}, "blocks": {}}, "resources": {}, "data": {}}
        for name, declared in self._types.items():
            kind = KINDS.get(declared.get("base"))
            if declared["kind"] != "class" or kind is None or f"{name}Config" not in self._types:
                continue
            if kind == "provider":
                found[kind] = self._block(f"{name}Config", without=META)
                continue
            type_name = _type_name(declared)
            if type_name and type_name.removeprefix("data_") in wanted:
                found[kind][type_name.removeprefix("data_")] = self._resource(name, declared)
        return found

    def _resource(self, name, declared):
        block = self._block(f"{name}Config", without=META)
        for member in declared.get("properties", []):
            if member.get("static") or not member.get("immutable") or member["name"] in INHERITED:
                continue
            known = _snake(member["name"])
            if member["name"].endswith("Input") or known in block["attributes"] or known in block["blocks"]:
                continue
            block["attributes"][known] = {"type": self._type(member["type"])[0], "computed": True}
        identity = block["attributes"].setdefault("id", {"type": "string", "optional": True})
        identity["computed"] = not identity.get("required", False)
        return block

    def _block(self, name, inside=(), without=frozenset()):
        block = {"attributes": {}, "blocks": {}}
        for member in self._types[name].get("properties", []):
            if member["name"] in without:
                continue
            known, is_optional = _argument_name(member), member.get("optional", False)
            type_, struct, is_many = self._type(member["type"])
            words = json.dumps(member.get("docs", {}))
            if struct and struct not in inside and f"{known} block." in words:
                block["blocks"][known] = self._block(struct, (*inside, struct)) | {
                    "nesting": "single" if known == "timeouts" else "list",
                    "min": 0 if is_optional else 1,
                    "max": 0 if is_many else 1,
                }
            else:
                block["attributes"][known] = {"type": type_, "optional": is_optional, "required": not is_optional}
                allowed = _allowed_values(words) if type_ == "string" else None
                if allowed:
                    block["attributes"][known]["enum"] = allowed
        return block

    def _type(self, reference):
        """Terraform's type, the name of the struct behind it if there is one, and whether there are many of them."""
        if "primitive" in reference:
            return PRIMITIVES.get(reference["primitive"], ANYTHING), None, False
        if "collection" in reference:
            kind = reference["collection"]["kind"]
            element, struct, _ = self._type(reference["collection"]["elementtype"])
            type_ = ANYTHING if element == ANYTHING else [{"array": "list", "map": "map"}[kind], element]
            return type_, struct, kind == "array"
        if "union" in reference:
            meant = [one for one in reference["union"]["types"] if one.get("fqn") != "cdktf.IResolvable"]
            return self._type(next((one for one in meant if "collection" in one), meant[0]))
        name = reference["fqn"]
        if name == "cdktf.StringMap":
            return ["map", "string"], None, False
        is_struct = self._types.get(name, {}).get("kind") == "interface"
        return ANYTHING, name if is_struct else None, False


def _type_name(declared):
    words = declared.get("docs", {})
    text = words.get("summary", "") + words.get("remarks", "")
    found = re.search(r"/docs(?:/(?:resources|data-sources)/\S+)? (\w+)\}", text)
    return found[1] if found else None


def _argument_name(member):
    found = re.search(r"#(\w+) \w+#(\w+)\}", json.dumps(member.get("docs", {})))
    return found[1] if found else _snake(member["name"])


def _snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _allowed_values(words):
    found = re.search(r'Possible values: (\[(?:\\"[^"]*\\"(?:, )?)+\])', words)
    return json.loads(found[1].replace('\\"', '"')) if found else None
