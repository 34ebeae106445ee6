"""The signature of the COS XML API: the vendor's published cases, and its own library's word."""

from types import SimpleNamespace
from typing import Final

from hypothesis import given
from hypothesis import strategies as st
from qcloud_cos import CosConfig  # type: ignore[import-untyped]
from qcloud_cos.cos_auth import CosS3Auth  # type: ignore[import-untyped]

from gateway.confirm.q_sign import Credentials, Request, authorization

PUBLISHED: Final = Credentials(
    "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q", b"BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz"
)
HOST: Final = "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"


def test_the_published_upload() -> None:
    """https://www.tencentcloud.com/document/product/436/7778, first case."""
    request = Request(
        "PUT",
        "/exampleobject(腾讯云)",
        {
            "Date": "Thu, 16 May 2019 06:45:51 GMT",
            "Host": HOST,
            "Content-Type": "text/plain",
            "Content-Length": "13",
            "Content-MD5": "mQ/fVh815F3k6TAUm8m0eg==",
            "x-cos-acl": "private",
            "x-cos-grant-read": 'uin="100000000011"',
        },
    )
    assert authorization(request, PUBLISHED, start=1557989151, end=1557996351) == (
        "q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q"
        "&q-sign-time=1557989151;1557996351&q-key-time=1557989151;1557996351"
        "&q-header-list=content-length;content-md5;content-type;date;host;x-cos-acl;"
        "x-cos-grant-read&q-url-param-list="
        "&q-signature=3b8851a11a569213c17ba8fa7dcf2abec6935172"
    )


def test_the_published_download() -> None:
    """The same page, second case: with parameters."""
    request = Request(
        "GET",
        "/exampleobject(腾讯云)",
        {"Date": "Thu, 16 May 2019 06:55:53 GMT", "Host": HOST},
        {
            "response-content-type": "application/octet-stream",
            "response-cache-control": "max-age=600",
        },
    )
    assert authorization(request, PUBLISHED, start=1557989753, end=1557996953) == (
        "q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q"
        "&q-sign-time=1557989753;1557996953&q-key-time=1557989753;1557996953"
        "&q-header-list=date;host"
        "&q-url-param-list=response-cache-control;response-content-type"
        "&q-signature=01681b8c9d798a678e43b685a9f1bba0f6c0e012"
    )


@given(
    job=st.text("abcdefghijklmnopqrstuvwxyz0123456789_=-", min_size=1, max_size=40),
    secret=st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), min_size=1),
    token=st.text(st.characters(codec="ascii", min_codepoint=33, max_codepoint=126), max_size=40),
    parameters=st.dictionaries(
        st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=10),
        st.text(st.characters(codec="utf-8"), max_size=20),
        max_size=4,
    ),
)
def test_it_is_what_the_vendors_own_library_makes(
    job: str, secret: str, token: str, parameters: dict[str, str]
) -> None:
    """`cos-python-sdk-v5` signs the time that it reads itself: ours is told the same."""
    config = CosConfig(
        Region="ap-chongqing", SecretId="AKID1", SecretKey=secret, Token=token or None
    )
    headers = {"Host": "test-1250000000.ci.ap-chongqing.myqcloud.com"}
    if token:
        headers["x-ci-security-token"] = token
    sent = SimpleNamespace(method="GET", headers=dict(headers), url="https://unused")
    CosS3Auth(config, f"/jobs/{job}", parameters)(sent)
    made: str = sent.headers["Authorization"]
    start, end = made.partition("q-sign-time=")[2].partition("&")[0].split(";")
    request = Request("GET", f"/jobs/{job}", headers, parameters)
    keys = Credentials("AKID1", secret.encode())
    assert authorization(request, keys, start=int(start), end=int(end)) == made


def test_nobody_sees_a_secret() -> None:
    """Neither the key nor the token of a role."""
    shown = repr(Credentials("AKID1", b"top-secret", "the-token"))
    assert "AKID1" in shown
    assert "secret" not in shown.partition("AKID1")[2]
    assert "the-token" not in shown
