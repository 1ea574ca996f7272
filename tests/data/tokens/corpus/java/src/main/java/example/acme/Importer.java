package example.acme;

import com.mixpanel.mixpanelapi.MessageBuilder;
import com.mixpanel.mixpanelapi.MixpanelAPI;

final class Importer {
    private static final String TOKEN = "@@web-production@@";

    private final MessageBuilder messages = new MessageBuilder(TOKEN);
    private final MixpanelAPI mixpanel = new MixpanelAPI("https://api-eu.mixpanel.com/track");
}
