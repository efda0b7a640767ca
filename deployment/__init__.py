"""A stage from its templates to a site that works: what `reelstack deploy`, `destroy` and `doctor --stage` do.

account     boto3 clients of the account, with timeouts; outputs of the stage's stacks
target      where a stage goes: AWS by the CDK command line
emulator    the same on the laptop's emulator, whose templates `local` adapts
site        after the stacks: the second pass, the web app, the first playback key, the first administrator
admin       the invitation
job_environments  what the daily jobs run in: interpreters and packages for arm64, put into the bucket `data`
teardown    buckets emptied, stacks destroyed
findings    what a check found; the checks are account_checks (before deploying) and site_checks (after)
errors      why a stage cannot be deployed or destroyed
"""
