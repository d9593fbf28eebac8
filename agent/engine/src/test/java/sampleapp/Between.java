package sampleapp;

/** Stands between a woven type and its subtype, so that the hierarchy has to be climbed. */
class Between extends Sample {}
