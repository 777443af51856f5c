/** A small program on the driver, for tests in a real terminal: says what it hears, and goes in the way a key names. */
import { spawn, spawnSync } from "node:child_process";
import type { Driver } from "#faces/dashboard/driver/driver.js";
import { openDriver } from "#faces/dashboard/driver/open-driver.js";

let last = "none";
const library = process.argv[2] === "blessed" ? "blessed" : "neo-blessed";
const driver: Driver = openDriver(
  { library, input: process.stdin, output: process.stdout, env: process.env },
  {
    key(key) {
      last = `${key.ctrl ? "C-" : ""}${key.alt ? "M-" : ""}${key.name}`;
      if (key.name === "q") {
        driver.close();
        process.exit(0);
      }
      if (key.name === "x") process.exit(7);
      if (key.name === "t") throw new Error("thrown on purpose");
      if (key.name === "r") void Promise.reject(new Error("rejected on purpose"));
      if (key.name === "z") process.kill(process.pid, "SIGTSTP");
      if (key.name === "a") {
        driver.suspend();
        spawnSync("sh", ["-c", "printf 'other> '; read line; echo \"other heard $line\"; read line"], {
          stdio: "inherit",
        });
        driver.resume();
      }
      if (key.name === "c") {
        driver.suspend();
        spawn("sh", ["-c", "trap 'echo other interrupted' INT; printf 'other> '; read line; read line"], {
          stdio: "inherit",
        }).on("exit", () => driver.resume());
      }
      show();
    },
    mouse(mouse) {
      last = `${mouse.action}-${mouse.button}@${mouse.x},${mouse.y}`;
      show();
    },
    paste(text) {
      last = `paste ${JSON.stringify(text)}`;
      show();
    },
    resize: place,
    end() {},
  },
);
const panel = driver.panel("all", (canvas) => {
  canvas.frame({ fg: 4 }, "actor");
  canvas.put(2, 1, `pid ${process.pid} last ${last} ${canvas.width}x${canvas.height}`);
});
place(driver.size());

function place(size: { columns: number; rows: number }): void {
  panel.place({ left: 0, top: 0, width: size.columns, height: size.rows });
  driver.render();
}

function show(): void {
  panel.stale();
  driver.render(true);
}
