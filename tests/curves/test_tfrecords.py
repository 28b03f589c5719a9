import itertools

import pytest

from core.curves.tfrecords import (
    DamagedRecord,
    is_record_file,
    masked_crc32c,
    read_records,
    whole_bytes,
)
from tests.curves.event_bytes import framed
from tests.curves.event_bytes import masked_crc32c as of_tensorboard


def contents(data):
    return [record.content.tobytes() for record in read_records(data)]


def test_checksum_is_that_of_tensorboard():
    for data in (b"", b"123456789", bytes(range(256)) * 3):
        assert masked_crc32c(data) == of_tensorboard(data)


def test_checksum_is_crc_32c_rotated_and_shifted():
    # 0xE3069283 is the published check value of CRC-32C.
    rotated = (0xE3069283 >> 15 | 0xE3069283 << 17) & 0xFFFFFFFF
    assert masked_crc32c(b"123456789") == (rotated + 0xA282EAD8) % 2**32


def test_records_come_back_in_order():
    assert contents(framed(b"one") + framed(b"") + framed(b"three")) == [b"one", b"", b"three"]


def test_record_cut_off_anywhere_is_not_among_them():
    whole = framed(b"one") + framed(b"two")
    for end in range(len(framed(b"one")), len(whole)):
        assert contents(whole[:end]) == [b"one"]
        assert whole_bytes(whole[:end]) == len(framed(b"one"))
    assert whole_bytes(whole) == len(whole)


def test_damaged_length_is_found_before_it_is_believed():
    data = bytearray(framed(b"one") + framed(b"two"))
    data[len(framed(b"one"))] ^= 4
    records = read_records(bytes(data))
    assert next(records).content.tobytes() == b"one"
    with pytest.raises(DamagedRecord) as caught:
        next(records)
    assert caught.value.position == len(framed(b"one"))


def test_damaged_content_fails_its_check():
    data = bytearray(framed(b"one"))
    data[13] ^= 1
    (record,) = read_records(bytes(data))
    with pytest.raises(DamagedRecord):
        record.check()


def test_only_a_valid_header_makes_a_record_file():
    assert is_record_file(framed(b"one"))
    assert not is_record_file(b"epoch,loss\n0,1.5\n")
    assert not is_record_file(framed(b"one")[:11])


def test_large_length_that_never_comes_ends_the_file():
    huge = (2**64 - 1).to_bytes(8, "little")
    header = huge + masked_crc32c(huge).to_bytes(4, "little")
    assert is_record_file(header)
    assert list(itertools.islice(read_records(header + b"abc"), 2)) == []
    assert whole_bytes(header + b"abc") == 0
