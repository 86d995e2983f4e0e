package io.selvedge.compiler;
