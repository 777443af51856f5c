// Makes the bundles that start fast: one CommonJS file for an entry and everything it imports.
//
// An entry exports `main(argv, …)` and does nothing when it is loaded: a bundle is CommonJS, which has no top-level
// await, and bin/drover.cjs and bin/drover-daemon.cjs call `launch("dist/bundle/….cjs").main(argv)` (see launch.cjs).
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** LevelDB has a native part; blessed is loaded by those who set it as their driver. */
const EXTERNAL = ["level", "blessed"];

/**
 * Bundles `entry` (an ES module below dist/) into `outfile`. Throws with esbuild's messages where it cannot. `without`
 * names packages left out, which only some who run it load; `readable` keeps lines, for stack traces in a log.
 */
export async function bundle(entry, outfile, { without = [], readable = false } = {}) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    external: [...EXTERNAL, ...without],
    // import() of something external would need a module loader, which a script from the code cache has not.
    supported: { "dynamic-import": false },
    minifyWhitespace: !readable,
    minifySyntax: !readable,
    legalComments: "none",
    logLevel: "warning",
    plugins: [ownModules(outfile), blessedWidgets],
  });
}

/** `import.meta.url` of our modules keeps naming the module's own place, and the one lazy require becomes visible. */
function ownModules(outfile) {
  return {
    name: "own-modules",
    setup(build) {
      build.onLoad({ filter: /[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
        if (path.includes("node_modules") || !path.startsWith(join(root, "dist"))) return undefined;
        let contents = readFileSync(path, "utf8");
        if (path.endsWith(join("driver", "library.js"))) {
          const lazy = 'load("neo-blessed")';
          if (!contents.includes(lazy)) throw new Error(`${path} no longer holds ${lazy}`);
          contents = contents.replace(lazy, 'require("neo-blessed")');
        }
        const place = JSON.stringify(relative(dirname(outfile), path));
        const url = `require("node:url").pathToFileURL(require("node:path").join(__dirname, ${place})).href`;
        return { contents: contents.replaceAll("import.meta.url", url) };
      });
    },
  };
}

/**
 * blessed requires its widgets by a name put together at run time, which no bundler can follow; these are all we use.
 * What only its terminfo, its subprocesses and its own checks need is left out: it would be half of its time to load.
 */
const blessedWidgets = {
  name: "blessed-widgets",
  setup(build) {
    build.onLoad({ filter: /blessed[\\/]lib[\\/]widget\.js$/ }, () => ({
      contents: ["Node", "Screen", "Element", "Box"]
        .map((name) => `exports.${name} = require("./widgets/${name.toLowerCase()}");`)
        .join("\n"),
    }));
    build.onResolve({ filter: /^(assert|child_process|\.\/tput)$/ }, ({ path, importer }) =>
      /blessed[\\/]lib[\\/]/.test(importer) ? { path, namespace: "left-out" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "module.exports = function () {};" }));
  },
};
