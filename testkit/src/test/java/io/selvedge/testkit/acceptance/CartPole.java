package io.selvedge.testkit.acceptance;

import java.util.SplittableRandom;

/**
 * A pole on a cart that is pushed left or right, as Gym's CartPole-v1 computes it (Barto, Sutton and Anderson 1983; Euler
 * steps of 20 ms): angle in radians, position in metres, and it is over beyond 12 degrees or 2.4 m.
 */
final class CartPole {
    private static final double GRAVITY = 9.8;
    private static final double POLE_MASS = 0.1;
    private static final double TOTAL_MASS = 1.0 + POLE_MASS;
    private static final double HALF_LENGTH = 0.5;
    private static final double FORCE = 10;
    private static final double SECONDS = 0.02;
    private static final double MOST_ANGLE = Math.toRadians(12);
    private static final double MOST_POSITION = 2.4;

    private double position;
    private double velocity;
    private double angle;
    private double angularVelocity;

    CartPole(SplittableRandom random) {
        position = random.nextDouble(-0.05, 0.05);
        velocity = random.nextDouble(-0.05, 0.05);
        angle = random.nextDouble(-0.05, 0.05);
        angularVelocity = random.nextDouble(-0.05, 0.05);
    }

    float[] observation() {
        return new float[] {(float) position, (float) velocity, (float) angle, (float) angularVelocity};
    }

    boolean stands() {
        return Math.abs(position) <= MOST_POSITION && Math.abs(angle) <= MOST_ANGLE;
    }

    void push(boolean right) {
        double sin = Math.sin(angle);
        double cos = Math.cos(angle);
        double force = right ? FORCE : -FORCE;
        double pull = (force + POLE_MASS * HALF_LENGTH * angularVelocity * angularVelocity * sin) / TOTAL_MASS;
        double angularAcceleration =
                (GRAVITY * sin - cos * pull) / (HALF_LENGTH * (4.0 / 3 - POLE_MASS * cos * cos / TOTAL_MASS));
        double acceleration = pull - POLE_MASS * HALF_LENGTH * angularAcceleration * cos / TOTAL_MASS;
        position += SECONDS * velocity;
        velocity += SECONDS * acceleration;
        angle += SECONDS * angularVelocity;
        angularVelocity += SECONDS * angularAcceleration;
    }
}
