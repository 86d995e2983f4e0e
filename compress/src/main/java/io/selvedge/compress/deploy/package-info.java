/**
 * The search for the best deployable form of a model under a user's budgets, and the records that go in and come out.
 * Imports the compiler, the runtime and the other packages of {@code compress}; prints nothing. Read {@link
 * io.selvedge.compress.deploy.DeployRequest} first, then {@link io.selvedge.compress.deploy.DeployResult}.
 */
@NullMarked
package io.selvedge.compress.deploy;

import org.jspecify.annotations.NullMarked;
