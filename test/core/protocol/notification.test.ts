import * as assert from "uvu/assert";
import { parseNotification } from "#core/protocol/notification.js";
import { decodeUtf8, toLatin1, unescapeOutput } from "#core/protocol/text.js";
import { suite } from "../../kit/t.js";

const test = suite("notifications");

test("each form has its fields, names keep their spaces", () => {
  const told = (line: string) => JSON.stringify(parseNotification(line));
  assert.equal(
    [
      "%session-changed $3 my work",
      "%client-session-changed /dev/pts/4 $0 a b",
      "%client-detached client-812",
      "%session-renamed $1 ü %x",
      "%session-window-changed $1 @5",
      "%unlinked-window-close @12",
      "%window-renamed @0 two words",
      "%unlinked-window-renamed @4",
      "%window-pane-changed @0 %5",
      "%layout-change @0 b25d,80x24,0,0,0 b25d,80x24,0,0,0 *",
      "%pause %17",
      "%subscription-changed all $0 - - - : %0=0;%1=0;",
      "%subscription-changed dead $0 @2 1 %2 : a : b",
      "%paste-buffer-changed fx",
      "%message to all of you",
      "%exit",
      "%exit too far behind",
    ].map(told),
    [
      '{"kind":"session-changed","session":"$3","name":"my work"}',
      '{"kind":"client-session-changed","client":"/dev/pts/4","session":"$0","name":"a b"}',
      '{"kind":"client-detached","client":"client-812"}',
      '{"kind":"session-renamed","session":"$1","name":"ü %x"}',
      '{"kind":"session-window-changed","session":"$1","window":"@5"}',
      '{"kind":"unlinked-window-close","window":"@12"}',
      '{"kind":"window-renamed","window":"@0","name":"two words"}',
      '{"kind":"unlinked-window-renamed","window":"@4","name":""}',
      '{"kind":"window-pane-changed","window":"@0","pane":"%5"}',
      '{"kind":"layout-change","window":"@0","layout":"b25d,80x24,0,0,0","visibleLayout":"b25d,80x24,0,0,0","flags":"*"}',
      '{"kind":"pause","pane":"%17"}',
      '{"kind":"subscription-changed","name":"all","session":"$0","window":null,"index":null,"pane":null,"value":"%0=0;%1=0;"}',
      '{"kind":"subscription-changed","name":"dead","session":"$0","window":"@2","index":1,"pane":"%2","value":"a : b"}',
      '{"kind":"paste-buffer-changed","name":"fx"}',
      '{"kind":"message","text":"to all of you"}',
      '{"kind":"exit","reason":null}',
      '{"kind":"exit","reason":"too far behind"}',
    ],
  );
});

test("what does not have its form is no notification", () => {
  for (const line of [
    "",
    "x",
    "%window-add 5",
    "%window-add @",
    "%pause 5",
    "%session-changed alpha",
    "%subscription-changed x",
    "%subscription-changed x : value",
    "%subscription-changed x $0 @0 0 : value",
    "%subscription-changed x 0 @0 0 %0 : value",
    "%layout-change",
  ]) {
    assert.is(parseNotification(line), null, line);
  }
});

test("text is decoded as the platform does, broken bytes included", () => {
  const platform = (bytes: Uint8Array) =>
    Buffer.from(bytes)
      .toString("utf8")
      .replace(/\ufffd+/g, "\ufffd");
  const cases = ["plain", "é ✓ 😀 漢字", "\u0000\u007f", "x".repeat(10_000), `${"é".repeat(5_000)}`].map((t) =>
    Buffer.from(t),
  );
  cases.push(
    Buffer.from([0x61, 0x80, 0x62]),
    Buffer.from([0xe2, 0x9c]),
    Buffer.from([0xc0, 0xaf]),
    Buffer.from([0xed, 0xa0, 0x80]),
  );
  cases.push(Buffer.from([0xf5, 0x80, 0x80, 0x80]), Buffer.from([0xf0, 0x9f, 0x98]), Buffer.from([0xff, 0x41]));
  for (const bytes of cases) {
    assert.is(decodeUtf8(bytes, 0, bytes.length).replace(/\ufffd+/g, "\ufffd"), platform(bytes));
  }
});

test("escapes become bytes, and what only looks like one stays", () => {
  const plain = (text: string) => Buffer.from(unescapeOutput(Buffer.from(text, "latin1"))).toString("latin1");
  assert.is(plain("a\\033[31mb\\134c\\015\\012"), "a\x1b[31mb\\c\r\n");
  assert.is(plain("\\9 \\08 \\400 \\12"), "\\9 \\08 \\400 \\12");
  assert.is(plain("\xe9\\000\xff"), "\xe9\x00\xff");
});

test("what was unescaped is not changed by what is unescaped later, however long", () => {
  const sizes = [3, 70_000, 0, 40_000, 40_000, 1, 65_536];
  const given = sizes.map((size, i) => Buffer.alloc(size, `${i}\\012`));
  const wanted = given.map((data) => data.toString("latin1").replaceAll("\\012", "\n"));
  const results = given.map((data) => unescapeOutput(data));
  assert.equal(
    results.map((bytes) => Buffer.from(bytes).toString("latin1")),
    wanted,
  );
});

test("bytes as text keep their numbers", () => {
  const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7) & 0xff);
  assert.is(toLatin1(bytes), Buffer.from(bytes).toString("latin1"));
  assert.is(toLatin1(new Uint8Array(0)), "");
});

test.run();
