package io.selvedge.compress;
