"""The section `server.tls`: TLS on the callback port itself, where no proxy stands before it."""

import ssl
from typing import Self

from pydantic import Field, model_validator

from gateway.settings.checks.model import Model
from gateway.settings.values import ReadableFile


class Tls(Model):
    """The server's certificate, and whose clients' certificates are known."""

    certificate: ReadableFile = Field(
        description="PEM file of the server's certificate, then those between it and its root."
    )
    key: ReadableFile = Field(description="PEM file of the certificate's key, not encrypted.")
    client_ca: ReadableFile | None = Field(
        default=None,
        description="PEM file of the authorities of clients' certificates: a client may show one "
        "of theirs, which the check certificate looks at, and no other.",
    )

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        self.context()
        return self

    def context(self) -> ssl.SSLContext:
        """A context that has read the files as they are now. Raises ValueError."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        self._load(context)
        if self.client_ca is not None:
            context.verify_mode = ssl.CERT_OPTIONAL
            try:
                context.load_verify_locations(self.client_ca)
            except OSError as error:
                raise ValueError(f"{self.client_ca} has no certificates in PEM") from error
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            context.load_cert_chain(self.certificate, self.key, password="")  # never ask a terminal
        except OSError as error:  # an SSLError is one
            raise ValueError(
                f"{self.certificate} and {self.key} are not a certificate and its key in PEM, "
                "without a password"
            ) from error
