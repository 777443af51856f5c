import * as assert from "uvu/assert";
import { shortDialog } from "#faces/kit/short-dialog.js";
import { suite } from "../../kit/t.js";

const test = suite("short-dialog");

test("a dialog in short is what it is about", () => {
  const cases: [string, string][] = [
    ["Bash command\n\n  npm run build\n  Builds\n\nDo you want to proceed?", "npm run build"],
    ["Edit file\n src/a.ts\nDo you want to make this edit to a.ts?", "Do you want to make this edit to a.ts?"],
    ["Would you like to run the following command?\n\nReason: tests\n\n$ make test", "$ make test"],
    ["Allow command?\nmake deploy", "make deploy"],
    ["Do you trust the files in this folder?\n/home/kim", "Do you trust the files in this folder?"],
    ["Do you want to proceed?", "Do you want to proceed?"],
    ["Run\t\x1b[31mit\u202e?\nnow", "Run [31mit ?"],
    ["△ Permission required\n# Shell command\n$ touch notes", "$ touch notes"],
    ["△ Permission required\n← Access external directory /srv\nPatterns\n- /srv/*", "← Access external directory /srv"],
    ["△ Permission required", "△ Permission required"],
    ["Paste the code here", "Paste the code here"],
    ["Run this command?\nnpm test -- checkout", "npm test -- checkout"],
    ["Accessing workspace:\nSafety check: Do you trust it? (Like your own)\nSecurity guide", "Do you trust it?"],
  ];
  for (const [text, says] of cases) assert.is(shortDialog(text), says);
});

test.run();
