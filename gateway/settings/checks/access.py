"""The options of the checks on access: who may send, and what of."""

from typing import Annotated, ClassVar, Self

from pydantic import ConfigDict, Field, RootModel, StringConstraints, model_validator

from gateway.core.checks.addresses import addresses_check
from gateway.core.checks.basic import basic_check
from gateway.core.checks.bearer import bearer_check
from gateway.core.checks.certificate import Clients, certificate_check
from gateway.core.checks.content import appids_check, buckets_check, regions_check
from gateway.core.checks.token import token_check
from gateway.core.origin import ContentCheck, EnvelopeCheck
from gateway.settings.checks.model import HeaderName, Model, Secrets, values
from gateway.settings.values import Network, Text

_LIST = ConfigDict(strict=True, frozen=True, defer_build=True)
_CLIENTS = ("fingerprints", "dns_names", "common_names")
_Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


class Token(Model):
    """The secret in the callback's path, in `?token=`, or in a header of its own."""

    envelope: ClassVar[bool] = True

    secrets: Secrets
    header: HeaderName | None = Field(
        default=None,
        description="The header that has it; if absent it stands in the path or in ?token=.",
    )

    def check(self) -> EnvelopeCheck:
        """The check."""
        return token_check(values(self.secrets), header=self.header or "")


class Basic(Model):
    """HTTP's user and password (RFC 7617)."""

    envelope: ClassVar[bool] = True

    user: Annotated[str, StringConstraints(pattern=r"^[^:\x00-\x1f\x7f]+$")] = Field(
        description="The user's name."
    )
    secrets: Secrets

    def check(self) -> EnvelopeCheck:
        """The check."""
        return basic_check(self.user, values(self.secrets))


class Bearer(Model):
    """A secret in `Authorization: Bearer` (RFC 6750)."""

    envelope: ClassVar[bool] = True

    secrets: Secrets

    def check(self) -> EnvelopeCheck:
        """The check."""
        return bearer_check(values(self.secrets))


class Addresses(RootModel[Annotated[tuple[Network, ...], Field(min_length=1)]]):
    """The addresses and networks that a client may have."""

    model_config = _LIST
    envelope: ClassVar[bool] = True

    def check(self) -> EnvelopeCheck:
        """The check."""
        return addresses_check(self.root)


class Certificate(Model):
    """The client's TLS certificate: any one of these fingerprints or names."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": [name]} for name in _CLIENTS]}
    )
    envelope: ClassVar[bool] = True

    fingerprints: tuple[
        Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$")], ...
    ] = Field(default=(), description="SHA-256 of whole certificates, hexadecimal.")
    dns_names: tuple[Text, ...] = Field(
        default=(), description="DNS names in the certificate's subjectAltName, exactly."
    )
    common_names: tuple[Text, ...] = Field(
        default=(), description="The common name (CN) of the certificate's subject, exactly."
    )
    header: HeaderName | None = Field(
        default=None,
        description="The header in which a trusted proxy tells the certificate: Client-Cert, "
        "X-Forwarded-Client-Cert, ssl-client-cert; if absent it is that of the connection.",
    )

    @model_validator(mode="after")
    def _lists_some(self) -> Self:
        if not (self.fingerprints or self.dns_names or self.common_names):
            raise ValueError(f"lists no certificate: one of {', '.join(_CLIENTS)} is needed")
        return self

    def check(self) -> EnvelopeCheck:
        """The check."""
        clients = Clients(
            fingerprints=[bytes.fromhex(text.replace(":", "")) for text in self.fingerprints],
            dns_names=self.dns_names,
            common_names=self.common_names,
        )
        return certificate_check(clients, header=self.header or "")


class Buckets(RootModel[_Texts]):
    """The buckets that the callback's content may name."""

    model_config = _LIST
    envelope: ClassVar[bool] = False

    def check(self) -> ContentCheck:
        """The check."""
        return buckets_check(self.root)


class Appids(
    RootModel[
        Annotated[
            tuple[Annotated[str, StringConstraints(pattern=r"^[0-9]+$")], ...], Field(min_length=1)
        ]
    ]
):
    """The accounts whose buckets the callback's content may name."""

    model_config = _LIST
    envelope: ClassVar[bool] = False

    def check(self) -> ContentCheck:
        """The check."""
        return appids_check(self.root)


class Regions(RootModel[_Texts]):
    """The regions that the callback's content may name."""

    model_config = _LIST
    envelope: ClassVar[bool] = False

    def check(self) -> ContentCheck:
        """The check."""
        return regions_check(self.root)
