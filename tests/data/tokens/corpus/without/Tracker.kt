package example.acme

import com.mixpanel.android.mpmetrics.MixpanelAPI

val mixpanel: MixpanelAPI = MixpanelAPI.getInstance(app, BuildConfig.MIXPANEL_TOKEN, true)

fun onPush(pushToken: String = "3c59dc048e8850243be8079a5c74d079") {
    mixpanel.people.set("push_token", "b6d767d2f8ed5d21a44b0e5886680cb9")
}
