package io.selvedge.cli.report;

/**
 * One sample as a person sees it, with the model's answer.
 *
 * @param png an encoded picture; the caller gives the array away
 * @param truth what is right
 * @param answer what the chosen candidate says, with its confidence where there is one
 */
public record SamplePicture(String name, byte[] png, String truth, String answer, boolean correct) {}
