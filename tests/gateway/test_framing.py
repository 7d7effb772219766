"""Bytes to frames: the handshake of a real client, every way TCP can cut it, and bytes that fit nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra.gateway.framing import FRAME_LENGTH_MAX, FrameReader, FramingError, Hello, frame, negotiate

IB_ASYNC_HELLO = bytes.fromhex("41504900 00000009 763135372e2e313738".replace(" ", ""))
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def hello(text: str) -> bytes:
    body = text.encode()
    return b"API\0" + len(body).to_bytes(4, "big") + body


def test_the_recorded_hello_of_ib_async_is_read() -> None:
    expected = [Hello(min_version=157, max_version=178, options="")]
    assert expected == FrameReader().feed(IB_ASYNC_HELLO)


def test_connect_options_and_a_single_version_are_read() -> None:
    assert [Hello(min_version=100, max_version=157, options="+PACEAPI")] == FrameReader().feed(hello("v100..157 +PACEAPI"))
    assert [Hello(min_version=178, max_version=178, options="")] == FrameReader().feed(hello("v178"))


def test_a_frame_is_its_length_and_its_fields_each_closed_by_nul() -> None:
    assert bytes.fromhex("00000008 3731003200370000") == frame(["71", "2", "7", ""])


def test_a_connection_of_a_real_client_is_read_whole() -> None:
    reader = FrameReader()
    expected = [Hello(min_version=157, max_version=178, options=""), ("71", "2", "7", ""), ("61", "1")]
    assert expected == reader.feed(IB_ASYNC_HELLO + frame(["71", "2", "7", ""]) + frame(["61", "1"]))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(TEXT, max_size=6), max_size=5), st.data())
def test_wherever_the_stream_is_cut_the_frames_are_the_same(messages: list[list[str]], data: st.DataObject) -> None:
    stream = IB_ASYNC_HELLO + b"".join(frame(message) for message in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reader = FrameReader()
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += reader.feed(stream[start:end])
    expected = [Hello(min_version=157, max_version=178, options=""), *(tuple(m) for m in messages)]
    assert expected == found


def test_a_reader_of_a_client_reads_the_version_frame_as_a_plain_frame() -> None:
    reader = FrameReader(expects_hello=False)
    sent = bytes.fromhex("00000021") + b"178\x0020261121 09:30:00 US/Eastern\0"
    assert [("178", "20261121 09:30:00 US/Eastern")] == reader.feed(sent)


def test_text_that_is_not_utf_8_is_escaped_not_refused() -> None:
    assert [("1", "S\\xf6hne")] == FrameReader(expects_hello=False).feed(b"\0\0\0\x08" + b"1\0S\xf6hne\0")


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (b"GET / HTTP/1.1\r\n", "the connection began with b'GET ', not with b'API\\x00'"),
        (hello("v157-178"), "the version range 'v157-178' is not of the form vMIN..MAX"),
        (hello("v178..157"), "the version range 'v178..157' ends below its start"),
        (b"API\0\x00\x00\x10\x01", "frame length 4097 is over the limit 4096"),
    ],
)
def test_a_greeting_that_is_none_is_refused_with_a_sentence(sent: bytes, sentence: str) -> None:
    with pytest.raises(FramingError) as caught:
        FrameReader().feed(sent)
    assert sentence == str(caught.value)


def test_a_length_over_the_limit_is_refused_before_its_body_arrives() -> None:
    with pytest.raises(FramingError) as caught:
        FrameReader(expects_hello=False).feed((FRAME_LENGTH_MAX + 1).to_bytes(4, "big"))
    assert "frame length 16777216 is over the limit 16777215" == str(caught.value)


def test_frames_before_the_bad_bytes_are_not_lost() -> None:
    with pytest.raises(FramingError) as caught:
        FrameReader(expects_hello=False).feed(frame(["4", "1", "7"]) + b"\xff\xff\xff\xff")
    assert [("4", "1", "7")] == caught.value.frames


def test_a_frame_that_does_not_end_with_nul_is_refused() -> None:
    with pytest.raises(FramingError, match="a frame of 2 bytes does not end with NUL"):
        FrameReader(expects_hello=False).feed(b"\0\0\0\x0261")


def test_a_field_with_nul_and_a_frame_over_the_limit_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="contains NUL"):
        frame(["4", "a\0b"])
    with pytest.raises(ValueError, match="frame length 16777216 is over the limit 16777215"):
        frame(["x" * FRAME_LENGTH_MAX])


@pytest.mark.parametrize(
    ("low", "high", "version"),
    [
        (157, 178, 178),  # ib_async 2.1.0
        (157, 176, 176),  # ib_insync 0.9.86
        (100, 157, 157),  # ibapi 9.81.1
        (100, 225, 178),  # nautilus-ibapi 10.46.1
        (100, 173, 173),
        (100, 158, 157),  # 158 is read wrongly by two clients
        (158, 158, None),
        (179, 225, None),
        (100, 156, None),
    ],
)
def test_the_version_is_the_highest_that_both_sides_read_and_never_158(low: int, high: int, version: int | None) -> None:
    assert version == negotiate(Hello(min_version=low, max_version=high, options=""))
