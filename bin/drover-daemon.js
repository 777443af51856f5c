#!/usr/bin/env node
// The same under the name that goes with the other files here. What faces start is drover-daemon.cjs.
import "./drover-daemon.cjs";
