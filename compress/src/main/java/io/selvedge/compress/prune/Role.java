package io.selvedge.compress.prune;

/** What an axis of a weight tensor is to the node that reads it. */
public enum Role {
    /** Output channels: cutting a slice removes what computes a channel. */
    WRITES,
    /** Input channels: cutting a slice removes what reads a channel. */
    READS
}
