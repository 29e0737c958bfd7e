import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Arrays;

/**
 * Google's Firestore emulator, for tests: it gives up a lock that it waits for after 50
 * milliseconds rather than two seconds (a constant of its own; production would answer
 * ABORTED at once), and it ends when the process that started the tests has ended.
 *
 * java -cp cloud-firestore-emulator.jar Emulator.java PROCESS_ID --host=... --port=...
 */
public class Emulator {
  private static final String PACKAGE = "com.google.cloud.datastore.emulator.";

  public static void main(String[] arguments) throws Exception {
    endWith(Long.parseLong(arguments[0]));
    waitForLocksOnly(Duration.ofMillis(50));
    String[] others = Arrays.copyOfRange(arguments, 1, arguments.length);
    Class.forName(PACKAGE + "firestore.CloudFirestore")
        .getMethod("main", String[].class)
        .invoke(null, (Object) others);
  }

  private static void endWith(long process) {
    Runnable end = () -> Runtime.getRuntime().halt(0);
    ProcessHandle.of(process).ifPresentOrElse(h -> h.onExit().thenRun(end), end);
  }

  private static void waitForLocksOnly(Duration duration) throws Exception {
    Field field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
    field.setAccessible(true);
    sun.misc.Unsafe unsafe = (sun.misc.Unsafe) field.get(null);
    Field wait =
        Class.forName(PACKAGE + "impl.firestore.CloudFirestoreV1")
            .getDeclaredField("LOCK_ACQUIRE_TIMEOUT");
    Object holder = unsafe.staticFieldBase(wait);
    unsafe.putObject(holder, unsafe.staticFieldOffset(wait), duration);
  }
}
