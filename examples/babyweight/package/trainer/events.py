"""Writes TensorBoard event files, so that `tensorboard --logdir OUTPUT_DIR` and tuner see the metrics.

An event file is a series of records: length, checksum of the length, data, checksum of the data; the data are protobuf
messages of type Event.
"""

import os
import socket
import struct
import time

_CRC_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = _byte >> 1 ^ (0x82F63B78 if _byte & 1 else 0)
    _CRC_TABLE.append(_byte)


def _masked_crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number, data):
    return _varint(number << 3 | 2) + _varint(len(data)) + data


class EventWriter:
    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        name = f"events.out.tfevents.{int(time.time()):010}.{socket.gethostname()}.{os.getpid()}"
        self._file = open(os.path.join(folder, name), "wb")
        self._append(_field(3, b"brain.Event:2"))

    def write(self, step, scalars):
        """Adds a point to the curve of each name in `scalars`, for others to read at once."""
        summary = b"".join(
            _field(1, _field(1, tag.encode()) + b"\x15" + struct.pack("<f", value)) for tag, value in scalars.items()
        )
        self._append(b"\x10" + _varint(step) + _field(5, summary))

    def _append(self, event):
        event = b"\x09" + struct.pack("<d", time.time()) + event
        length = struct.pack("<Q", len(event))
        checks = struct.pack("<I", _masked_crc32c(length)), struct.pack("<I", _masked_crc32c(event))
        self._file.write(length + checks[0] + event + checks[1])
        self._file.flush()
