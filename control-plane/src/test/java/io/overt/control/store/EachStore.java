package io.overt.control.store;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * In the place of {@code @Test}: runs on SQLite and on PostgreSQL. The method, and those with
 * {@code @BeforeEach}, may take a {@link TestStore}, or a {@link Database} that is open and is
 * closed after the test; each test has an empty one. Where a class has other tests too, which the
 * kind of store makes no difference to, it says {@link WithStore}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(EachStoreExtension.class)
public @interface EachStore {}
