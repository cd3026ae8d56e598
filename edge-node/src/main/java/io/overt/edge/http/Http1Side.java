package io.overt.edge.http;

/** Which of the two peers of an inspected connection did something. */
public enum Http1Side {
    CLIENT,
    UPSTREAM
}
