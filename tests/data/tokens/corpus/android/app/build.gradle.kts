plugins {
    id("com.android.application")
}

android {
    defaultConfig {
        applicationId = "example.acme"
    }
    buildTypes {
        debug {
            buildConfigField("String", "MIXPANEL_TOKEN", "\"@@mobile-development@@\"")
        }
        release {
            buildConfigField("String", "MIXPANEL_TOKEN", "\"@@mobile-production@@\"")
        }
    }
}
