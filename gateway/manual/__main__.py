"""`python -m gateway.manual` writes the reference page of a checkout."""

import sys

from gateway.manual.page import FILE, page

if not FILE.parent.is_dir():
    sys.exit("the page is written from a checkout, where deploy/docs is")
FILE.write_text(page(), "utf-8")
