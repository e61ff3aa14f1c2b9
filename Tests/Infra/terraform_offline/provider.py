"""A provider that knows the google provider's schema and nothing else; Terraform starts it as its plugin.

The schema is the file that LATCHKEY_PROVIDER_SCHEMA names. Protocol:
https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol
"""

import json
import os
from pathlib import Path

import msgpack
import tf.provider
import tf.runner
from tf.gen import tfplugin_pb2 as wire

NAME = "registry.terraform.io/hashicorp/google"
SCHEMA = json.loads(Path(os.environ["LATCHKEY_PROVIDER_SCHEMA"]).read_text(encoding="utf-8"))
NESTING = wire.Schema.NestedBlock.NestingMode


def _block(block):
    return wire.Schema.Block(
        attributes=[
            wire.Schema.Attribute(
                name=name,
                type=json.dumps(attribute["type"]).encode(),
                optional=attribute.get("optional", False),
                required=attribute.get("required", False),
                computed=attribute.get("computed", False),
            )
            for name, attribute in block["attributes"].items()
        ],
        block_types=[_nested(name, nested) for name, nested in block["blocks"].items()],
    )


def _nested(name, nested):
    if nested["nesting"] == "single":
        return wire.Schema.NestedBlock(type_name=name, block=_block(nested), nesting=NESTING.SINGLE)
    return wire.Schema.NestedBlock(
        type_name=name, block=_block(nested), nesting=NESTING.LIST, min_items=nested["min"], max_items=nested["max"]
    )


def _schema(block):
    return wire.Schema(version=0, block=_block(block))


def _misspelt(block, value, path=""):
    """Every value that is none of those its argument's documentation lists."""
    if not isinstance(value, dict):
        return
    for name, attribute in block["attributes"].items():
        given = value.get(name)
        if isinstance(given, str) and given not in attribute.get("enum", [given]):
            yield f'{path}{name} = "{given}": expected one of {", ".join(attribute["enum"])}'
    for name, nested in block["blocks"].items():
        inner = value.get(name)
        for one in inner if isinstance(inner, list) else [inner]:
            yield from _misspelt(nested, one, f"{path}{name}.")


def _diagnostics(block, value):
    unpacked = msgpack.unpackb(value.msgpack, ext_hook=lambda code, data: None, raw=False, strict_map_key=False)
    return [
        wire.Diagnostic(severity=wire.Diagnostic.ERROR, summary="Invalid value", detail=detail)
        for detail in _misspelt(block, unpacked)
    ]


class SchemaServicer(tf.provider.rpc.ProviderServicer):
    """Answers what `validate` asks; plans and applies are answered by Terraform's own mock provider."""

    def __init__(self, app):
        self._app = app

    def GetMetadata(self, request, context):
        return wire.GetMetadata.Response(
            resources=[wire.GetMetadata.ResourceMetadata(type_name=name) for name in SCHEMA["resources"]],
            data_sources=[wire.GetMetadata.DataSourceMetadata(type_name=name) for name in SCHEMA["data"]],
        )

    def GetProviderSchema(self, request, context):
        return wire.GetProviderSchema.Response(
            provider=_schema(SCHEMA["provider"]),
            resource_schemas={name: _schema(block) for name, block in SCHEMA["resources"].items()},
            data_source_schemas={name: _schema(block) for name, block in SCHEMA["data"].items()},
        )

    def ValidateProviderConfig(self, request, context):
        return wire.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request, context):
        block = SCHEMA["resources"][request.type_name]
        return wire.ValidateResourceConfig.Response(diagnostics=_diagnostics(block, request.config))

    def ValidateDataResourceConfig(self, request, context):
        block = SCHEMA["data"][request.type_name]
        return wire.ValidateDataResourceConfig.Response(diagnostics=_diagnostics(block, request.config))

    def StopProvider(self, request, context):
        return wire.StopProvider.Response()


class _Application:
    def full_name(self):
        return NAME


if __name__ == "__main__":
    tf.provider.ProviderServicer = SchemaServicer
    tf.runner.run_provider(_Application())
