/** What native code does by a call of a C function, in Java. Imports kernel and program. Read RoutineCatalog first. */
package io.selvedge.jvm.routine;
