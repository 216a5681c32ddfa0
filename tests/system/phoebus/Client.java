import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.LogManager;

import org.epics.pva.client.PVAChannel;
import org.epics.pva.client.PVAClient;
import org.epics.pva.data.PVAStructure;

/** Phoebus's own PVA client, driven line by line: get NAME, put NAME VALUE, putwait NAME VALUE, monitor NAME COUNT.
 *  Each answer ends with a line "done", or "error" and why; put is what a widget does, putwait is a put with completion.
 */
public class Client
{
    private static final int PATIENCE = 20;

    public static void main(final String[] args) throws Exception
    {
        LogManager.getLogManager().reset();
        final PVAClient client = new PVAClient();
        final BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine())
        {
            final String[] words = line.split(" ", 3);
            final PVAChannel channel = client.getChannel(words[1]);
            try
            {
                channel.connect().get(PATIENCE, TimeUnit.SECONDS);
                run(channel, words);
                System.out.println("done");
            }
            catch (final ExecutionException error)
            {
                System.out.println("error " + error.getCause().getMessage());
            }
            catch (final Exception error)
            {
                System.out.println("error " + error);
            }
            channel.close();
        }
        client.close();
    }

    private static void run(final PVAChannel channel, final String[] words) throws Exception
    {
        switch (words[0])
        {
        case "get":
            show(channel.read("").get(PATIENCE, TimeUnit.SECONDS));
            break;
        case "put":
        case "putwait":
            channel.write(words[0].equals("putwait"), "field(value)", value(words[2])).get(PATIENCE, TimeUnit.SECONDS);
            break;
        case "monitor":
            monitor(channel, Integer.parseInt(words[2]));
            break;
        default:
            throw new IllegalArgumentException(words[0]);
        }
    }

    private static void monitor(final PVAChannel channel, final int count) throws Exception
    {
        final CountDownLatch missing = new CountDownLatch(count);
        try (AutoCloseable subscription = channel.subscribe("", (source, changes, overruns, data) ->
        {
            if (data != null  &&  missing.getCount() > 0)
            {
                show(data);
                missing.countDown();
            }
        }))
        {
            if (! missing.await(PATIENCE, TimeUnit.SECONDS))
                throw new Exception("missing " + missing.getCount() + " updates");
        }
    }

    /** One element a line, as Phoebus formats it. */
    private static void show(final PVAStructure data)
    {
        System.out.println(data);
    }

    private static Object value(final String text)
    {
        if (text.startsWith("["))
        {
            final String[] items = text.substring(1, text.length() - 1).split(",");
            final double[] numbers = new double[items.length];
            for (int i = 0; i < items.length; ++i)
                numbers[i] = Double.parseDouble(items[i]);
            return numbers;
        }
        try
        {
            return Double.valueOf(text);
        }
        catch (final NumberFormatException error)
        {
            return text;
        }
    }
}
