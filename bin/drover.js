#!/usr/bin/env node
// The same under the name that goes with the other files here. What people run is drover.cjs (package.json, bin):
// starting with an ES module costs Node 10 ms, half of what `drover ls` takes.
import "./drover.cjs";
