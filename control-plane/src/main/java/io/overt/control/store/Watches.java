package io.overt.control.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who waits for news, of this process. Thread-safe; never blocks. */
final class Watches {
    private final List<Watch> all = new CopyOnWriteArrayList<>();

    void add(Watch watch) {
        all.add(watch);
    }

    void remove(Watch watch) {
        all.remove(watch);
    }

    void tell(Topic topic) {
        all.stream().filter(watch -> watch.topic() == topic).forEach(Watch::tell);
    }

    /** A word that another build knows and this one does not is nobody's. */
    void tell(String word) {
        all.stream().filter(watch -> watch.topic().word().equals(word)).forEach(Watch::tell);
    }

    /** Something may have been missed. */
    void tellAll() {
        all.forEach(Watch::tell);
    }
}
