package example.acme

import android.content.Context
import com.mixpanel.android.mpmetrics.MixpanelAPI

class Analytics(context: Context) {
    private val mixpanel = MixpanelAPI.getInstance(
        context,
        "@@mobile-production@@",
        true,
    )

    fun track(name: String) = mixpanel.track(name)
}
