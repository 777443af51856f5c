#!/usr/bin/env node
import { run } from "../dist/rehearsal/main.js";

run(process.argv.slice(2));
