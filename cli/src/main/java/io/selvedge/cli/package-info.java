package io.selvedge.cli;
