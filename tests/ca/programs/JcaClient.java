// What test_clients.py asks of JCA, which Phoebus speaks Channel Access with: java -cp jca.jar JcaClient.java
import gov.aps.jca.Channel;
import gov.aps.jca.Context;
import gov.aps.jca.JCALibrary;
import gov.aps.jca.Monitor;
import gov.aps.jca.configuration.DefaultConfiguration;
import gov.aps.jca.dbr.DBR;
import gov.aps.jca.dbr.DBRType;
import gov.aps.jca.dbr.DBR_CTRL_Double;
import gov.aps.jca.dbr.DBR_Double;
import gov.aps.jca.dbr.DBR_LABELS_Enum;
import gov.aps.jca.dbr.DBR_TIME_Double;
import java.util.Collections;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

public class JcaClient {
    static final double PATIENCE = 60;
    static Context context;

    static Channel channel(String name) throws Exception {
        Channel made = context.createChannel(name);
        context.pendIO(PATIENCE);
        return made;
    }

    static DBR get(Channel channel, DBRType type, int count) throws Exception {
        DBR got = channel.get(type, count);
        context.pendIO(PATIENCE);
        return got;
    }

    static double value(Channel channel) throws Exception {
        return ((DBR_Double) get(channel, DBRType.DOUBLE, 1)).getDoubleValue()[0];
    }

    interface Write {
        void begin(CountDownLatch done) throws Exception;
    }

    static double put(Write write) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        long began = System.nanoTime();
        write.begin(done);
        context.flushIO();
        if (!done.await((long) PATIENCE, TimeUnit.SECONDS)) throw new Exception("the put does not end");
        return (System.nanoTime() - began) / 1e9;
    }

    static double wait(BooleanSupplier happened) throws Exception {
        long began = System.nanoTime();
        while (!happened.getAsBoolean()) {
            if ((System.nanoTime() - began) / 1e9 > PATIENCE) throw new Exception("it does not happen");
            Thread.sleep(10);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    public static void main(String[] none) throws Exception {
        DefaultConfiguration settings = new DefaultConfiguration("context");
        settings.setAttribute("class", JCALibrary.CHANNEL_ACCESS_JAVA);
        settings.setAttribute("addr_list", "127.0.0.1:" + System.getenv("EPICS_CA_SERVER_PORT"));
        settings.setAttribute("auto_addr_list", "false");
        settings.setAttribute("repeater_port", System.getenv("EPICS_CA_REPEATER_PORT"));
        settings.setAttribute("max_array_bytes", System.getenv("EPICS_CA_MAX_ARRAY_BYTES"));
        context = JCALibrary.getInstance().createContext(settings);
        Channel ao = channel("X:ao"), bo = channel("X:bo"), wf = channel("X:wf");
        Channel move = channel("X:move"), moved = channel("X:moved");
        List<Double> seen = Collections.synchronizedList(new ArrayList<>());
        ao.addMonitor(DBRType.DOUBLE, 1, Monitor.VALUE, event -> seen.add(((DBR_Double) event.getDBR()).getDoubleValue()[0]));
        context.flushIO();
        wait(() -> seen.size() == 1);

        DBR_CTRL_Double control = (DBR_CTRL_Double) get(ao, DBRType.CTRL_DOUBLE, 1);
        String found = String.format(
            "{\"value\": %f, \"units\": \"%s\", \"precision\": %d, \"upper\": %f",
            control.getDoubleValue()[0], control.getUnits(), control.getPrecision(), control.getUpperDispLimit());
        put(done -> ao.put(60.0, event -> done.countDown()));
        DBR_TIME_Double now = (DBR_TIME_Double) get(ao, DBRType.TIME_DOUBLE, 1);
        found += String.format(", \"alarm\": [%f, %d]", now.getDoubleValue()[0], now.getSeverity().getValue());
        put(done -> bo.put("in", event -> done.countDown()));
        DBR_LABELS_Enum state = (DBR_LABELS_Enum) get(bo, DBRType.LABELS_ENUM, 1);
        found += String.format(
            ", \"states\": [\"%s\"], \"state\": %d", String.join("\", \"", state.getLabels()), state.getEnumValue()[0]);
        double[] many = new double[wf.getElementCount()];
        for (int i = 0; i < many.length; i++) many[i] = i;
        put(done -> wf.put(many, event -> done.countDown()));
        double[] array = ((DBR_Double) get(wf, DBRType.DOUBLE, many.length)).getDoubleValue();
        found += String.format(", \"array\": [%d, %f]", array.length, array[array.length - 1]);
        double waited = put(done -> move.put(1.0, event -> done.countDown()));
        found += String.format(", \"waited\": %b, \"chain\": %f", waited >= 0.5, value(moved));
        put(done -> ao.put(7.0, event -> done.countDown()));
        wait(() -> seen.size() == 3);
        System.out.println(found + ", \"monitored\": " + seen + "}");
        wait(() -> ao.getConnectionState() != Channel.CONNECTED);
        System.out.println("\"lost\"");
        double seconds = wait(() -> ao.getConnectionState() == Channel.CONNECTED);
        System.out.println("[" + seconds + ", " + value(ao) + "]");
        System.exit(0);
    }
}
