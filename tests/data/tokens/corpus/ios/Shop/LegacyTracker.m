#import "LegacyTracker.h"
#import <Mixpanel/Mixpanel.h>

@implementation LegacyTracker

+ (void)start {
    [Mixpanel sharedInstanceWithToken:@"@@mobile-production/retired@@" trackAutomaticEvents:YES];
}

@end
