"""Reads builds with the loader that `gcloud builds submit` itself uses; run by gcloud's own Python (test_build_file.py)."""

import sys

from googlecloudsdk.api_lib.cloudbuild import cloudbuild_util, config

for file in sys.argv[1:]:
    build = config.LoadCloudbuildConfigFromPath(file, cloudbuild_util.GetMessagesModule(), params={})
    print(len(build.steps), "steps")
