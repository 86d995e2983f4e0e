package io.selvedge.runtime;
