package sampleapp;

public class SubSample extends Between {
  public void own() {}
}
