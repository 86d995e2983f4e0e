package io.selvedge.bench;
