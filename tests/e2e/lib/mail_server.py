# SPDX-License-Identifier: MIT
"""A mail server that nobody here wrote (aiosmtpd): STARTTLS first, then AUTH,
then mail; what it took is in .letters."""

import ssl

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from mocks.smtp import Letter


class _AnyPort(Controller):
    """Takes the port that the kernel chose for its own."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class _Keeper:
    def __init__(self, server):
        self.server = server

    async def handle_DATA(self, _smtp, session, envelope):
        self.server.sessions.append(
            (session.ssl is not None, session.authenticated))
        self.server.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        self.server.letters.append(Letter(envelope.original_content))
        await self.server.kept()
        return "250 2.0.0 taken"


class MailServer:
    """pem None: plain, without AUTH (behind a relay)."""

    def __init__(self, pem=None, auth=None):
        self.letters, self.sessions, self.envelopes = [], [], []
        options = {"hostname": "127.0.0.1", "port": 0}
        if pem is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            options.update(tls_context=context, require_starttls=True)
        if auth is not None:
            options.update(authenticator=self._right, auth_required=True)
        self._auth = auth
        self._controller = _AnyPort(_Keeper(self), **options)

    async def kept(self):
        """What is done behind the final dot, before the answer."""

    def _right(self, _server, _session, _envelope, _mechanism, data):
        right = (isinstance(data, LoginPassword)
                 and (data.login.decode(), data.password.decode())
                 == self._auth)
        return AuthResult(success=right)

    @property
    def port(self):
        return self._controller.port

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop()
