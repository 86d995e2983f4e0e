/** The inner loops on vectors; its classes are loaded only where {@code jdk.incubator.vector} is. Imports kernel. Read VectorTiles first. */
package io.selvedge.jvm.vector;
