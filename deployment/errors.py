"""Why a stage cannot be deployed or destroyed; the message tells a person what to do.

DeploymentError
├── SettingsIncomplete   a setting is still the placeholder that only templates can be made with
├── WrongAccount         the credentials are of another account than the settings name, or there are none
├── CdkFailed            the CDK command line ended badly; what it said is above
└── DataKept             the stage keeps data: it is not destroyed by a command
"""


class DeploymentError(RuntimeError):
    pass


class SettingsIncomplete(DeploymentError):
    pass


class WrongAccount(DeploymentError):
    pass


class CdkFailed(DeploymentError):
    pass


class DataKept(DeploymentError):
    pass
