"""Small answers leave at once.

Streamlit makes its socket with protocol 0, and asyncio switches Nagle's algorithm off only where the protocol
is TCP by name (Kludex/uvicorn#3149). Behind a proxy every answer on a kept connection then waits 40 ms.
"""

import logging
import os
import socket

import psutil


def send_at_once() -> None:
    """Set TCP_NODELAY on the sockets on which this process listens; connections inherit it from them."""
    try:
        found = psutil.Process().net_connections("tcp")
    except (psutil.Error, OSError) as error:
        logging.getLogger(__name__).warning("TCP_NODELAY is not set: %s", error)
        return
    for connection in found:
        if connection.status == psutil.CONN_LISTEN:
            with socket.socket(fileno=os.dup(connection.fd)) as listening:
                listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
