<?php
// The shop's theme.
$mp = Mixpanel::getInstance("@@web-production@@", ["host" => "api-eu.mixpanel.com"]);
$mp->identify(get_current_user_id());
?>
<meta name="mixpanel-token" content="@@web-production@@">
