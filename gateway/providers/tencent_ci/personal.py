"""The elements of CI's callbacks that say who a person is: what `redact: personal` stands for.

Only moderation callbacks have any. `UserInfo` repeats what the submitter told of the user behind
the content (TokenId, Nickname, DeviceId, AppId, Room, IP, Type, ReceiveTokenId, Gender, Level,
Role): all of it describes one person, also what the vendor may add. `ListResults.Entity` is the
account, device or address that stood on a list; the list's type and name, which decide, stay.

What is not here, since it says what was judged and not who the user is, or because only the
submitter knows what it has put there; a source that must not keep it names it:

* the content itself: `Content`, `ContextText`, `Text`, `AudioText`, `HighlightHtml`, `Keywords`,
  links, and the words and persons that were recognized in it (`Label`, `Name`);
* the submitter's own words: `DataId` and `data_id`, `UserData`, headers (`CosHeaders`,
  `cos_headers`), object keys. Consumers join events to their own data by them.
"""

from typing import Final

PERSONAL: Final = frozenset({"UserInfo", "ListResults.Entity"})
