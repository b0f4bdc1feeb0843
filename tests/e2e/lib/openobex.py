# SPDX-License-Identifier: GPL-2.0
"""OBEX over TCP by libopenobex 2 (Debian's libopenobex2), unmodified: a client and a
server for the test applications. Knows nothing of x-syncml-hmac.

The client's socket is the library's own (TcpOBEX: connect, recv, send); the server
accepts by itself, because the library does not set SO_REUSEADDR, and hands over the
descriptor (FdOBEX: read, write). Neither ever blocks in the library: all waiting is
done here, until a deadline.

Bodies go out as streams. Given whole, the library sends them without End-of-Body
(end=False), which no other implementation understands, and this one neither.
"""

import ctypes
import errno
import os
import select
import socket
import struct
import threading
import time

TARGET = b"SYNCML-DM"
MTU = 32767

CONNECT, DISCONNECT, PUT, GET, ABORT = 0x00, 0x01, 0x02, 0x03, 0x7F
SUCCESS, BAD_REQUEST, NOT_FOUND, UNAVAILABLE = 0xA0, 0xC0, 0xC4, 0xD3
HDR_TYPE, HDR_TARGET, HDR_HTTP, HDR_BODY, HDR_WHO = 0x42, 0x46, 0x47, 0x48, 0x4A
HDR_LENGTH, HDR_CONNECTION = 0xC3, 0xCB

_CONTINUE, _SUCCESS = 0x10, 0x20                    # as the library writes them, without the final bit
_TRANS_INET, _TRANS_FD = 2, 5
_FL_CLOEXEC, _FL_NONBLOCK = 1 << 4, 1 << 5
_STREAM_START, _STREAM_DATAEND = 1 << 1, 1 << 3
_DATA_IN, _DATA_OUT = 1, 2
_EV_REQHINT, _EV_REQ, _EV_REQDONE, _EV_LINKERR, _EV_PARSEERR, _EV_ABORT, _EV_STREAMEMPTY = 1, 2, 3, 4, 5, 7, 8


class ObexError(Exception):
    """The peer answered with something else than success; @code is as on the wire."""

    def __init__(self, code, what):
        super().__init__("%s: OBEX response 0x%02X (%s)" % (what, code, response_name(code)))
        self.code = code


class ParseError(Exception):
    """What came is no OBEX to the library."""


class Closed(ConnectionError):
    """The peer closed before the operation was over."""


class _Value(ctypes.Union):
    _fields_ = [("bq4", ctypes.c_uint32), ("bq1", ctypes.c_uint8), ("bs", ctypes.c_void_p)]


_obj = ctypes.c_void_p
_EVENT = ctypes.CFUNCTYPE(None, _obj, _obj, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                          use_errno=True)
_SIGNATURES = {
    "OBEX_Init": (_obj, ctypes.c_int, _EVENT, ctypes.c_uint),
    "OBEX_Cleanup": (None, _obj),
    "OBEX_SetTransportMTU": (ctypes.c_int, _obj, ctypes.c_uint16, ctypes.c_uint16),
    "OBEX_SetTimeout": (None, _obj, ctypes.c_int64),
    "OBEX_GetFD": (ctypes.c_int, _obj),
    "OBEX_GetDataDirection": (ctypes.c_int, _obj),
    "OBEX_Work": (ctypes.c_int, _obj),
    "OBEX_Request": (ctypes.c_int, _obj, _obj),
    "OBEX_ObjectNew": (_obj, _obj, ctypes.c_uint8),
    "OBEX_ObjectDelete": (ctypes.c_int, _obj, _obj),
    "OBEX_ObjectAddHeader": (ctypes.c_int, _obj, _obj, ctypes.c_uint8, _Value, ctypes.c_uint32,
                             ctypes.c_uint),
    "OBEX_ObjectGetNextHeader": (ctypes.c_int, _obj, _obj, ctypes.POINTER(ctypes.c_uint8),
                                 ctypes.POINTER(_Value), ctypes.POINTER(ctypes.c_uint32)),
    "OBEX_ObjectSetRsp": (ctypes.c_int, _obj, ctypes.c_uint8, ctypes.c_uint8),
    "OBEX_ResponseToString": (ctypes.c_char_p, ctypes.c_int),
    "TcpOBEX_TransportConnect": (ctypes.c_int, _obj, ctypes.c_char_p, ctypes.c_int),
    "FdOBEX_TransportSetup": (ctypes.c_int, _obj, ctypes.c_int, ctypes.c_int, ctypes.c_int),
}
_lib = None


def library():
    """Loaded at first use: programs that can do without it may import this."""
    global _lib
    if _lib is None:
        lib = ctypes.CDLL("libopenobex.so.2", use_errno=True)
        for name, (result, *args) in _SIGNATURES.items():
            f = getattr(lib, name)
            f.restype, f.argtypes = result, args
        _lib = lib
    return _lib


def response_name(code):
    return library().OBEX_ResponseToString(code & 0x7F).decode()


class Object:
    """The headers of an object that was received, with its body."""

    def __init__(self, headers=()):
        self.headers = list(headers)

    def values(self, hi):
        return [v for h, v in self.headers if h == hi]

    def value(self, hi, default=None):
        return next(iter(self.values(hi)), default)

    @property
    def kind(self):
        v = self.value(HDR_TYPE)
        return None if v is None else v.rstrip(b"\0").decode("latin-1")

    @property
    def body(self):
        return self.value(HDR_BODY, b"")

    @property
    def http(self):
        return [v.decode("latin-1") for v in self.values(HDR_HTTP)]


class _Link:
    """One obex_t on one connection."""

    def __init__(self, transport, mtu):
        self.lib = library()
        self.error, self.sock, self.stream = None, None, None
        self.callback = _EVENT(self._called)
        self.handle = self.lib.OBEX_Init(transport, self.callback, _FL_CLOEXEC | _FL_NONBLOCK)
        if not self.handle:
            raise MemoryError("OBEX_Init")
        if self.lib.OBEX_SetTransportMTU(self.handle, mtu, mtu):
            self.lib.OBEX_Cleanup(self.handle)
            raise ValueError("OBEX packets of %d octets" % mtu)
        self.lib.OBEX_SetTimeout(self.handle, 0)

    def _called(self, _handle, obj, _mode, event, cmd, rsp):
        """An exception cannot pass through the library: step() raises it."""
        code = ctypes.get_errno()
        try:
            if event == _EV_LINKERR:
                raise OSError(code, os.strerror(code)) if code else ConnectionError("link error")
            if event == _EV_STREAMEMPTY:
                self._add(obj, HDR_BODY, b"", _STREAM_DATAEND)
            else:
                self.event(obj, event, cmd, rsp)
        except Exception as e:
            self.error = self.error or e

    def event(self, obj, event, cmd, rsp):
        raise NotImplementedError

    def _add(self, obj, hi, value, flags=0):
        v, n = _Value(), 4
        if hi & 0xC0 == 0xC0:
            v.bq4 = value
        elif hi & 0xC0 == 0x80:
            v.bq1, n = value, 1
        else:
            n = len(value)
            buf = ctypes.create_string_buffer(value, n) if n else None
            if flags & _STREAM_START:
                self.stream = buf           # which the library reads until the object is through
            v.bs = ctypes.cast(buf, ctypes.c_void_p) if n else None
        if self.lib.OBEX_ObjectAddHeader(self.handle, obj, hi, v, n, flags) < 0:
            raise RuntimeError("OBEX_ObjectAddHeader 0x%02X" % hi)

    def _add_body(self, obj, octets, end=True):
        self._add(obj, HDR_BODY, octets, _STREAM_START if end else 0)

    def _headers(self, obj):
        hi, v, n = ctypes.c_uint8(), _Value(), ctypes.c_uint32()
        while self.lib.OBEX_ObjectGetNextHeader(self.handle, obj, hi, v, n) > 0:
            kind = hi.value & 0xC0
            if kind == 0xC0:
                yield hi.value, v.bq4
            elif kind == 0x80:
                yield hi.value, v.bq1
            else:
                yield hi.value, ctypes.string_at(v.bs, n.value) if n.value else b""

    def _wait(self, events, deadline):
        p = select.poll()
        p.register(self.sock.fileno(), events)
        if not p.poll(max(0, deadline - time.monotonic()) * 1000):
            raise TimeoutError("nothing from the OBEX peer in time")

    def _peek(self, n):
        """Up to @n octets that are there; None when there is none yet, b"" at the end."""
        try:
            return self.sock.recv(n, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return None

    def step(self, deadline):
        """Waits until the library can do something, and lets it. Where recv() tells the end,
        the library only says that nothing came."""
        direction = self.lib.OBEX_GetDataDirection(self.handle)
        if direction in (_DATA_IN, _DATA_OUT):
            self._wait(select.POLLIN if direction == _DATA_IN else select.POLLOUT, deadline)
        rc = self.lib.OBEX_Work(self.handle)
        if self.error:
            e, self.error = self.error, None
            raise e
        if rc < 0:
            raise ParseError("the OBEX library gave up")
        if rc == 0 and direction == _DATA_IN and self._peek(1) == b"":
            raise Closed("the OBEX peer closed the connection")

    def close(self):
        if self.handle:
            if self.sock:
                self._let_go()
            self.lib.OBEX_Cleanup(self.handle)
            self.handle = None

    def _let_go(self):
        raise NotImplementedError


def _sockaddr(host, port):
    family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    start = struct.pack("=H", family) + struct.pack("!H", port)
    if family == socket.AF_INET:
        return start + socket.inet_pton(family, where[0]) + bytes(8)
    return start + struct.pack("!I", where[2]) + socket.inet_pton(family, where[0]) + struct.pack("=I", where[3])


class Client(_Link):
    """An OBEX client with one TCP connection and at most one OBEX connection on it."""

    def __init__(self, host, port, mtu=MTU, timeout=20):
        super().__init__(_TRANS_INET, mtu)
        self.timeout, self.connection = timeout, None
        self.done, self.answer = None, None
        address = _sockaddr(host, port)
        try:
            if self.lib.TcpOBEX_TransportConnect(self.handle, address, len(address)) < 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
            self.sock = socket.socket(fileno=self.lib.OBEX_GetFD(self.handle))
            self._wait(select.POLLOUT, time.monotonic() + timeout)
            code = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
        except OSError:
            self.close()
            raise

    def event(self, obj, event, cmd, rsp):
        if event == _EV_REQDONE:
            self.answer = Object(self._headers(obj))
            self.done = rsp | 0x80
        elif event == _EV_PARSEERR:
            raise ParseError("the answer to %s is no OBEX" % _NAMES.get(cmd, cmd))
        elif event == _EV_ABORT:
            raise Closed("the operation was aborted")

    def _request(self, cmd, headers, body=None, end=True):
        """Sends a request, returns what answers it."""
        deadline = time.monotonic() + self.timeout
        obj = self.lib.OBEX_ObjectNew(self.handle, cmd)
        if self.connection is not None:
            self._add(obj, HDR_CONNECTION, self.connection)
        for hi, value in headers:
            self._add(obj, hi, value)
        if body is not None:
            self._add_body(obj, body, end)
        self.done, self.answer = None, None
        if self.lib.OBEX_Request(self.handle, obj) < 0:
            raise RuntimeError("OBEX_Request")
        while self.done is None:
            if cmd == CONNECT and self.lib.OBEX_GetDataDirection(self.handle) == _DATA_IN:
                self._check_connect(deadline)
            self.step(deadline)
        self.stream = None
        if self.done != SUCCESS:
            raise ObexError(self.done, _NAMES[cmd])
        return self.answer

    def _check_connect(self, deadline):
        """The library tells no code of a CONNECT that is turned down, and reads beyond an
        answer that is shorter than seven octets."""
        self._wait(select.POLLIN, deadline)
        start = self._peek(1)
        if start and start[0] != SUCCESS:
            self.sock.recv(65536, socket.MSG_DONTWAIT)      # what is left unread is a reset to the peer
            raise ObexError(start[0], "CONNECT")

    def connect(self, target=TARGET):
        answer = self._request(CONNECT, [(HDR_TARGET, target)] if target else [])
        self.connection = answer.value(HDR_CONNECTION)
        if target and (answer.value(HDR_WHO) != target or self.connection is None):
            raise ParseError("CONNECT was answered with Who %r, Connection Id %r"
                             % (answer.value(HDR_WHO), self.connection))
        return answer

    def put(self, kind, octets, http=(), end=True):
        headers = [(HDR_TYPE, kind.encode() + b"\0"), (HDR_LENGTH, len(octets))]
        headers += [(HDR_HTTP, line.encode("latin-1")) for line in http]
        return self._request(PUT, headers, octets, end)

    def get(self, kind):
        return self._request(GET, [(HDR_TYPE, kind.encode() + b"\0")])

    def disconnect(self):
        answer = self._request(DISCONNECT, [])
        self.connection = None
        return answer

    def _let_go(self):
        self.sock.detach()      # the library's, which closes it


_NAMES = {CONNECT: "CONNECT", DISCONNECT: "DISCONNECT", PUT: "PUT", GET: "GET", ABORT: "ABORT"}


class ServerLink(_Link):
    """A connection to the server. Attributes that begin with user are the application's."""

    def __init__(self, server, sock):
        super().__init__(_TRANS_FD, server.mtu)
        self.server, self.user = server, None
        self.targets = {None: b""}          # Connection Id: whom it is with
        self.open = None                    # operation whose end is due
        sock.setblocking(False)
        if self.lib.FdOBEX_TransportSetup(self.handle, sock.fileno(), sock.fileno(), 0) < 0:
            raise RuntimeError("FdOBEX_TransportSetup")
        self.sock = sock

    def event(self, obj, event, cmd, rsp):
        if event == _EV_REQHINT:
            self.open = cmd
            if cmd in (CONNECT, DISCONNECT, PUT, GET):
                self.lib.OBEX_ObjectSetRsp(obj, _CONTINUE, _SUCCESS)
            else:
                self.server.fault("operation 0x%02X reached the application" % cmd)
        elif event == _EV_REQ:
            code = self._judge(obj, cmd, Object(self._headers(obj))) & 0x7F
            self.lib.OBEX_ObjectSetRsp(obj, _CONTINUE if code == _SUCCESS else code, code)
        elif event in (_EV_REQDONE, _EV_ABORT):
            self.open = self.stream = None
        elif event == _EV_PARSEERR:
            self.open = self.stream = None
            self.server.fault("the library could not read a %s" % _NAMES.get(cmd, cmd))

    def _judge(self, obj, cmd, request):
        if cmd == CONNECT:
            return self._connect(obj, request)
        connection = request.value(HDR_CONNECTION)
        if connection not in self.targets:
            self.server.fault("%s with Connection Id %r" % (_NAMES[cmd], connection))
            return UNAVAILABLE
        if cmd == DISCONNECT:
            if connection is not None:
                del self.targets[connection]
            return SUCCESS
        if cmd == PUT:
            length = request.value(HDR_LENGTH)
            if length is not None and length != len(request.body):
                self.server.fault("PUT of %d octets with Length %d" % (len(request.body), length))
                return BAD_REQUEST
            return self.server.put(self, self.targets[connection], request)
        answer = self.server.get(self, self.targets[connection], request)
        if isinstance(answer, int):
            return answer
        kind, octets, *http = answer
        if kind is not None:
            self._add(obj, HDR_TYPE, kind.encode() + b"\0")
        for line in http[0] if http else ():
            self._add(obj, HDR_HTTP, line.encode("latin-1"))
        self._add(obj, HDR_LENGTH, len(octets))
        self._add_body(obj, octets)
        return SUCCESS

    def _connect(self, obj, request):
        target = request.value(HDR_TARGET)
        if target is not None:
            connection = self.server.next_connection()
            self.targets.pop(None, None)
            self.targets[connection] = target
            self._add(obj, HDR_CONNECTION, connection)
            self._add(obj, HDR_WHO, target)
        return SUCCESS

    def run(self):
        try:
            while True:
                self.step(time.monotonic() + self.server.timeout)
        except Closed:
            if self.open is not None:
                self.server.failed_io(ConnectionError("closed inside a %s" % _NAMES.get(self.open)))
        except OSError as e:
            self.server.failed_io(e)
        except Exception as e:
            self.server.fault("%s: %s" % (type(e).__name__, e))
        finally:
            self.close()

    def _let_go(self):
        pass                    # the server's, which closes it


class Server:
    """An OBEX server, a thread for each connection. What is below "for the application" is
    for who derives from it."""

    def __init__(self, host, port, mtu=MTU, timeout=60):
        library()
        self.mtu, self.timeout = mtu, timeout
        self.lock, self.connections, self.links = threading.Lock(), 0, 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((host, port))
        self.socket.listen(512)
        self.server_address = self.socket.getsockname()

    def next_connection(self):
        """A Connection Id that nobody guesses by counting from 1."""
        with self.lock:
            self.connections += 1
            return 0x5D000000 + self.connections * 0x10001

    def serve(self):
        while True:
            try:
                sock, _ = self.socket.accept()
            except OSError as e:
                if e.errno in (errno.ECONNABORTED, errno.EINTR):
                    continue
                raise
            with self.lock:
                self.links += 1
            threading.Thread(target=self._serve_one, args=(sock,), daemon=True).start()

    def _serve_one(self, sock):
        try:
            ServerLink(self, sock).run()
        except Exception as e:
            self.fault("%s: %s" % (type(e).__name__, e))
        sock.close()
        with self.lock:
            self.links -= 1
            left = self.links
        self.gone(left)

    # for the application

    def put(self, link, target, request):
        """A whole object came. Returns the response code."""
        raise NotImplementedError

    def get(self, link, target, request):
        """Returns (type or None, octets[, lines of the header for HTTP]), or the response code of a refusal."""
        raise NotImplementedError

    def fault(self, text):
        """The peer did what no OBEX client does."""
        raise NotImplementedError

    def failed_io(self, e):
        """A connection broke."""
        raise NotImplementedError

    def gone(self, left):
        """A connection is over, and @left are not."""
