package sampleapp;

public class SubSampleWrapped extends Between {
  public void own() {}
}
