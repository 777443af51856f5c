#!/usr/bin/env node
// The daemon: started by whichever face first finds that none answers, or by hand with --foreground.
import { main } from "../dist/daemon/main.js";

await main(process.argv.slice(2));
