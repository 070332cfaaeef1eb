#!/usr/bin/env node
// npm links a command when it installs, and what is built comes later: so this file is there before.
import './dist/main.js'
