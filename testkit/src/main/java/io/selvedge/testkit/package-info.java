package io.selvedge.testkit;
