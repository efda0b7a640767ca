"""Why a stage cannot be deployed or destroyed; the message tells a person what to do.

DeploymentError
├── SettingsIncomplete      a setting is still the placeholder that only templates can be made with
├── RolesManagedExternally  the stage has an issuer of its own and no user pool: nobody can be invited into it
├── WrongAccount            the credentials are of another account than the settings name, or there are none
├── CdkFailed               the CDK command line ended badly; what it said is above
├── JobNotBuilt             the Flink job lacks its Kinesis connector, which Maven could not build
├── EnvironmentNotBuilt     an interpreter or a package of a daily job could not be brought
├── DataKept                the stage keeps data: it is not destroyed by a command
└── AddressUnproven         who holds the address has not shown that it is theirs: they are made no administrator
"""


class DeploymentError(RuntimeError):
    pass


class SettingsIncomplete(DeploymentError):
    pass


class RolesManagedExternally(DeploymentError):
    pass


class WrongAccount(DeploymentError):
    pass


class CdkFailed(DeploymentError):
    pass


class JobNotBuilt(DeploymentError):
    pass


class EnvironmentNotBuilt(DeploymentError):
    pass


class DataKept(DeploymentError):
    pass


class AddressUnproven(DeploymentError):
    pass
