package io.overt.control.store;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of this class that are not {@link EachStore} may take a store as well, of the kind that
 * is {@linkplain TestStores#configured configured}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EachStoreExtension.Plain.class)
public @interface WithStore {}
