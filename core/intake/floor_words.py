"""The words of the floor, per class: what is never said at all, and which verbs must not meet which things.

Texts are compared without case and accents. English first; German, French, Spanish, Italian, Portuguese and Dutch as far as the
vendors' screens and common advice go.
"""

from __future__ import annotations

import re


def _any(words: str) -> str:
    """Alternatives out of a list in which _ stands for the blanks between words, and * for any letters."""
    return "|".join(re.escape(word).replace("_", r"[\s\-]*").replace(r"\*", r"\w*") for word in words.split())


_OFF = (
    r"(?:turn|switch|shut|toggle|power)(?:ing)?\b(?:\s+[\w'-]+){0,5}?\s+(?:off|down)|(?:off|down)(?=\b)|"
    r"(?:schalte[nt]?|stelle[nt]?|mach(?:e|en|t)?)\b(?:\s+[\w'-]+){0,5}?\s+(?:aus|ab)"
)
_OFF_BARE = r"(?:turn|switch|shut|toggle)(?:ing)?\s+(?:off|down)"
# As a state that is asked for: "the firewall must be disabled", "have it removed".
_BE = r"(?:should|must|needs?|has|have|get|let|be|to)(?:\s+to)?(?:\s+be)?\s+(?:\w+\s+)?"

_DELETE = (
    _any(
        "delete deleting erase erasing wipe wiping destroy destroying purge purging discard drop truncate overwrite trash shred "
        "del get_rid_of throw_away nuke zap losch* vernicht* leere* entfern* supprim* effac* vide* borra* borre* elimin* vaci* cancella* "
        "svuota* apag* exclu* esvazi* verwijder* wis wissen gooi*"
    )
    + r"|empty(?:ing)?\s+(?:out|the|all|this|that|his|her|their|your)"
)
_REMOVE = _any("remove removing clear clearing clean_out clean_up move")
_DATA_THINGS = _any(
    "file files folder* director* document* data database* table* partition* volume* backup* snapshot* mailbox* mail mails email* e-mail* "
    "message* inbox recycle_bin trash_can deleted_items onedrive sharepoint photo* picture* pst ost archive* desktop user_profile user's_profile caller's_profile windows_profile "
    "profile *profil everything user_account home_directory dateien datei ordner daten postfach papierkorb laufwerk* sicherung* fichier* dossier* donnees "
    "corbeille sauvegarde* archivo* carpeta* datos papelera correo* dati cartell* cestino arquivo* pasta* dados lixeira bestand* map mappen "
    "gegevens prullenbak"
)
_DISKS = _any(
    "disk disks disc hard_drive hard_disk drive drives volume partition* usb_stick usb_drive thumb_drive flash_drive ssd hdd memory_card sd_card "
    "computer laptop pc festplatte* laufwerk* datentrager disque* disco* unidad unita schijf harde_schijf stick"
)
_CHANGE = (
    _any(
        "change changing reset resetting re-set set modify modifying edit editing alter update updating replace replacing assign assigning create "
        "creating issue generate generating give configure configuring reconfigure configure adjust adjusting rewrite customise customize tweak "
        "ander* zurucksetz* setz* setze* vergeb* konfigurier* anpass* bearbeit* chang* modifi* reinitialis* configur* defin* cambi* restablec* "
        "restablez* reimpost* impost* alter* redefin* mud* wijzig* stel* instell* aanpass* pas"
    )
    + r"|setting\s+(?:up|a|an|the|new|his|her|their)"
)
_STOP = _any(
    "disable disabling deactivate deactivating stop stopping pause pausing kill killing end uninstall* remove removing delete deleting exclude "
    "excluding bypass bypassing skip suspend suspending quit exit snooze lower lowering weaken ignore override circumvent unload whitelist* allowlist* "
    "exempt block blocking unblock* allow allowing permit permitting open opening turn_off switch_off shut_down shut_off add_an_exception create_an_exception "
    "add_exception add_exclusion uncheck unchecking untick deselect flip toggle slide deaktivier* ausschalt* abschalt* beend* ausnahm* freigeb* umgeh* desactiv* arret* autoris* contourn* deshabilit* apag* "
    "deten* disattiv* disabilit* ferm* desativ* desabilit* desligu* deslig* permit* uitschakel* uitzet* schakel* zet stopp* revoke revoking"
)
_SECURITY_THINGS = _any(
    "antivirus anti-virus anti_virus virus_scanner virus_protection virus_guard av_software defender firewall* fire_wall edr xdr endpoint_protection "
    "endpoint_security endpoint_agent security_software security_setting* security_polic* security_suite security_center security_tool* security_agent "
    "security_feature* security_check* security_warning* smartscreen uac user_account_control bitlocker filevault encryption malware_protection "
    "real-time_protection realtime_protection tamper_protection crowdstrike sentinelone sophos mcafee norton kaspersky avast bitdefender eset malwarebytes "
    "applocker web_filter content_filter spam_filter virenschutz* virenscanner* sicherheitssoftware sicherheitseinstellung* pare-feu parefeu "
    "antiviren* cortafuegos protezione_antivirus virusscanner brandmuur beveiliging* macro_security macros makros quarantine ssl_inspection "
    "windows_security app_protection gatekeeper selinux shield echtzeitschutz* virenwachter* proteccion_en_tiempo_real"
)
_SECRETS = _any(
    "password* passwd passphrase* passcode* credential* pwd mfa 2fa two-factor two_factor multi-factor* multi_factor* second_factor authenticator* "
    "security_info security_key* security_question* recovery_code* backup_code* one-time_code* verification_method* sign-in_method* access_token* api_key* "
    "temporary_access_pass tap_code login_name pin digit_code sms_code sign-in_code login_code kennwort* passwort* zugangsdaten anmeldedaten mot_de_passe mots_de_passe identifiants contrasena* clave "
    "credenziali credenciales credenciais senha* palavra-passe wachtwoord* inloggegevens zwei-faktor* authentifizierung*"
)
_DOMAIN_THINGS = _any(
    "dns dns_server* dns_setting* dns_record* dns_zone* dns_suffix dhcp dhcp_* nameserver* name_server* ip_address* ip_setting* static_ip ipv4 ipv6 "
    "subnet* default_gateway gateway mx_record* a_record* cname txt_record* active_directory group_polic* gpo gpos organi?ational_unit domain_controller* "
    "workgroup tcp/ip adapter_setting* ip-adresse* dns-server* dns-eintr* gruppenrichtlinie* adresse_ip direccion_ip indirizzo_ip endereco_ip ip-adres"
).replace(r"organi\?ational", "organi[sz]ational")
_SERVER_THINGS = _any(
    "server servers server's mailserver* fileserver* webserver* production prod database* sql exchange_server exchange_online hypervisor* virtual_machine* vm "
    "vms cluster* san nas core_switch network_switch load_balancer* tenant azure aws vcenter esxi iis apache nginx kubernetes backup_job* cron_job* "
    "scheduled_task* router_setting* router_configuration router's_configuration access_point_configuration switch_configuration dienst* dienste serveur* "
    "servidor* server-* produktion* produktiv* produccion produzione producao productie* conditional_access mail_flow* transport_rule*"
)
_SERVER_VERBS = _any(
    "change changing edit editing modify modifying configure configuring reconfigure* restart restarting reboot rebooting stop stopping shut_down shut_off "
    "turn_off switch_off power_off power_cycle update updating patch patching upgrade upgrading deploy deploying migrate migrating delete deleting restore "
    "restoring kill install installing log_in_to log_on_to log_into sign_in_to rdp_to ssh_to remote_into push roll_back rollback alter set neustart* "
    "starte* starten fahre* andere* konfigurier* redemarr* modifi* arret* reinici* cambi* deten* riavvi* spegn* reinicie* desligu* herstart* wijzig*"
)
_BILLING_VERBS = _any(
    "buy buying purchase purchasing order ordering assign assigning unassign* reassign* remove removing add adding change changing upgrade upgrading "
    "downgrade downgrading cancel cancelling canceling renew renewing activate activating deactivate extend extending revoke revoking approve pay paying "
    "refund refunding charge charging give giving grant granting swap enter entering update updating transfer free_up move issue kauf* zuweis* verlanger* "
    "kundig* entzieh* achet* attribu* resili* compr* asign* cancel* acquist* assegn* rinnov* atribu* koop* wijs verleng* opzegg*"
)
_BILLING_THINGS = _any(
    "license licenses licence licences licensing subscription* billing invoice* payment_method* payment_detail* credit_card* seats product_key* activation_key* "
    "license_key* licence_key* lizenz* abonnement* abrechnung* rechnung* licenci* suscripcion* factur* licenz* abbonament* fattur* licenc* assinatura* "
    "licentie* facturatie* add-on_plan 365_plan pricing_plan"
)

# What is only looked at: a step that names one of these and begins with any other verb than to look is not built.
HOT: dict[str, str] = {
    "system": _any("system_file* system_folder* windows_folder bios uefi boot_sector boot_loader hosts_file"),
    "credentials": _any("mfa 2fa two-factor two_factor multi-factor* second_factor authenticator security_key* recovery_code* backup_code* temporary_access_pass"),
    "security": _SECURITY_THINGS,
    "elevation": r"admin(?:istrator|istrators|s)?",
    "domain": _any("dns dhcp active_directory domain_controller* static_ip fixed_ip nameserver* group_polic* gpo"),
    "server": _any("server servers fileserver* mailserver* *server hypervisor* cluster* iis production database* vcenter esxi exchange_online tenant"),
    "billing": r"licen[cs]es?|licensing|subscriptions?|billing|invoices?|payments?|lizenz\w*",
}  # fmt: skip
# How a step begins that only looks, asks, chooses on the caller's own screen, or hands over.
LOOKS = re.compile(
    r"^\W*(?:(?:in|on|with|from|after|before|while|once|when|if)\b[^,]*,\s*)?(?:(?:now|then|first|next|please|and|so|but|also|if \w+)[\s,]+)*(?:(?:ask|let|have|tell)\s+(?:the\s+caller|them|him|her|the\s+customer|the\s+user)\s+(?:whether|if|what|which|when|who|where|to\s+)?\s*)?"
    r"(?:is|are|was|were|does|did|do|has|have|had|which|what|who|whose|when|where|why|how|can|could|whether|if|look|see|check|read|note|watch|wait|listen|tell|approve|confirm|"
    r"compare|count|find out|say|says|choose|select|pick|use the|call|contact|hand|the|this|it|its|there|a|an|no|yes|not|only|another|nobody|somebody|colleagues|others|they|he|she|you|"
    r"one|some|several|all|both|\w+ing|because|needs?|mail|my|their|"
    r"ist|sind|war|hat|haben|wird|welche[rs]?|was|wer|wann|wie|wo|prufen|fragen|der|die|das|ein|eine|est|sont|avez|quel\w*|le|la|les|un|une|hay|es|esta|el|los|que|cual|il|lo|e|ha|qual\w*|o|os|as|het|de|een|zijn|welk\w*)\b"
)

# Verb, thing, and what makes the thing unsafe when it stands after it.
_AFTER_STOP = rf"{_BE}(?:disabled|deactivated|stopped|off|turned\s+off|switched\s+off|removed|uninstalled|paused|bypassed|excluded)|off|ausschalten|abschalten|aus|deaktivieren|beenden|uitschakelen|uitzetten|uit"
_AFTER_DELETE = (
    rf"{_BE}(?:deleted|erased|wiped|removed|purged|destroyed|formatted)|loschen|entfernen|leeren|verwijderen|wissen"
)
_AFTER_CHANGE = rf"{_BE}(?:changed|reset|set|modified|edited|replaced|created|updated|assigned)|andern|zurucksetzen|setzen|wijzigen|instellen|resetten"

PAIRS: dict[str, list[tuple[str, str, str]]] = {
    "system": [
        (
            f"{_CHANGE}|{_DELETE}|{_REMOVE}|{_any('rename renaming patch open add disable')}",
            _any("system_file* system_folder* windows_folder hosts_file host_file boot_setting* boot_order boot_option* startup_setting* startup_repair bios "
                 "uefi firmware kernel systemdatei* fichiers_systeme archivos_de_sistema archivos_del_sistema file_di_sistema arquivos_de_sistema "
                 "arquivos_do_sistema systeembestand*"),
            f"{_AFTER_CHANGE}|{_AFTER_DELETE}",
        )
    ],
    "data": [
        (_DELETE, _DATA_THINGS, _AFTER_DELETE),
        (_REMOVE, _any("files folder* documents data mailbox* emails backup* partition* volume* user_profile user's_profile caller's_profile user_account database*"), _AFTER_DELETE),
        (_any("format formatting reformat* formatier* formate* formata* formatta* formatteer* formatteren reimage re-image repartition* initialize_the"),
         _DISKS, rf"{_BE}(?:formatted|wiped|erased|reimaged)|formatieren|formatteren"),
        (_DELETE, _DISKS, _AFTER_DELETE),
        (_any("reset refresh restore revert"), _any("factory factory_setting* this_pc this_computer the_pc_to the_phone_to werkseinstellung* "
              "parametres_d'usine valores_de_fabrica impostazioni_di_fabbrica fabrieksinstelling*"), "(?!)"),
    ],
    "credentials": [
        (f"{_CHANGE}|{_any('unlock unlocking disable disabling remove removing bypass skip delete revoke exempt exclude waive re-register register deactivate enable enforce expire')}|{_OFF}|{_OFF_BARE}",
         _SECRETS, rf"{_AFTER_CHANGE}|{_BE}(?:disabled|removed|revoked|bypassed|reset)"),
        (_any("unlock unlocking enable disable disabling re-enable reactivate entsperr* deverrouill* desbloque* sblocc* ontgrendel*"),
         r"(?:ad|domain|user|caller|customer|person|employee|colleague|their|his|her|the|benutzer|compte)(?:'s)?\s*(?:account|konto|utilisateur)|accounts?|konto|compte|cuenta|conta|benutzerkonto",
         rf"{_BE}(?:unlocked|enabled)|entsperren"),
        (_any("ask_for asking_for ask_the_caller_for ask_the_customer_for ask_the_user_for ask_them_for ask_him_for ask_her_for tell_you tell_me tell_us "
              "give_you give_me send_you send_me share sharing tell_them_to_tell write_down note_down share read_out read_you spell_out text_you take_down record frag* demande* pregunt* chied* vraag*"),
         _any("password* passcode* pin pins verification_code* mfa_code one-time_code* authenticator_code* digit_code sms_code sign-in_code login_code security_code kennwort "
              "passwort mot_de_passe contrasena senha wachtwoord"), "(?!)"),
        (_any("geb* vergeb* teil* donne* da_ dale dele geef* proporcion*"), _any("neues_passwort neues_kennwort passwort kennwort nouveau_mot_de_passe nueva_contrasena wachtwoord"), "(?!)"),
    ],
    "security": [
        (f"{_STOP}|{_CHANGE}|{_OFF}|{_OFF_BARE}", _SECURITY_THINGS, _AFTER_STOP),
        (_any("enable enabling activate allow aktivier*"), _any("macros macro makros remote_desktop unknown_sources unsigned* unsafe*"), "(?!)"),
        (_any("ignore accept bypass dismiss click_through continue_past click_past"), _any("certificate_warning* security_warning* certificate_error* browser_warning* the_risk"), "(?!)"),
        (_any("restore release recover"), _any("quarantine* quarantined"), "(?!)"),
        (_any("not_keep not_leave don't_leave dont_leave don't_keep"), _SECURITY_THINGS, "(?!)"),
    ],
    "elevation": [
        (_any("use using with enter entering grant granting give giving get type log_in sign_in log_on switch_to start open run launch as"),
         r"(?:local\s+|domain\s+|an?\s+)*admin(?:istrator)?(?:'s)?\s*(?:rights?|privileges?|password|passwort|credentials?|account|login|prompt|shell|terminal|cmd|"
         r"powershell|command|mode|permissions?|access|konto|rechten?)",
         "(?!)"),
        (_any("run running execute executing launch start download downloading double-click install"), _any("script scripts batch_file batch_files logon_script installer_as skript* guion macro_file"), "(?!)"),
        (r"(?:run|execute|download|install|open|launch|start|double-click)(?:ning|ing)?", r"\S+\.(?:ps1|bat|vbs|cmd|reg|msi|scr|hta|jar|sh|js|dll)|(?!outlook|winword|excel|teams|zoom)\w+\.exe", "(?!)"),
    ],
    "domain": [
        (f"{_CHANGE}|{_any('add adding remove removing delete deleting point switch use enter hardcode register')}", _DOMAIN_THINGS, _AFTER_CHANGE),
        (_any("join joining rejoin* re-join* leave leaving unjoin* disjoin* demote promote change changing move moving transfer edit delete deleting add adding remove removing "
              "unbind bind hinzufug* entfern* aus_der join_to"), _any("domain domane domaine dominio domein"), _AFTER_CHANGE),
    ],
    "server": [
        (f"{_SERVER_VERBS}|{_OFF_BARE}", _SERVER_THINGS, rf"{_BE}(?:restarted|rebooted|stopped|changed|reconfigured|updated|patched)|neu\s*starten|herstarten"),
        (f"{_CHANGE}|{_any('log_in_to log_into sign_in_to open flash factory_reset')}", _any("router's_admin router_admin router's_setting* router_setting* router_config* "
         "router_firmware router_page access_point's_setting* switch_port* vlan*"), "(?!)"),
    ],
    "billing": [(_BILLING_VERBS, _BILLING_THINGS, rf"{_BE}(?:assigned|bought|purchased|renewed|cancelled|canceled|upgraded|removed|added|changed)|kaufen|zuweisen|verlangern|kundigen")],
}  # fmt: skip

# What a question asks for before it, or an answer to it, names the thing: "What should be restarted? The server."
_ASKED = r"(?:should|must|shall|can|to)\s+(?:\w+\s+)?be\s+"
ASKED: dict[str, str] = {
    "system": rf"{_ASKED}(?:changed|edited|modified|opened|deleted)",
    "data": rf"{_ASKED}(?:deleted|erased|wiped|removed|purged|formatted)",
    "credentials": rf"{_ASKED}(?:changed|reset|set|removed|disabled|unlocked)",
    "security": rf"{_ASKED}(?:disabled|deactivated|stopped|off|turned\s+off|switched\s+off|removed|uninstalled|paused|changed)",
    "domain": rf"{_ASKED}(?:changed|set|edited|added|removed)",
    "server": rf"{_ASKED}(?:restarted|rebooted|stopped|changed|updated|patched|reconfigured)",
    "billing": rf"{_ASKED}(?:bought|purchased|assigned|renewed|cancelled|canceled|changed|added)",
}

ALWAYS: dict[str, str] = {
    "system": r"\b\w+\.dll\b|\bboot (?:sector|loader|manager|record)|\blegacy boot|\bregedit|\bregedt|\breg(?:\.exe)?\s+(?:add|delete|import|query)\b|\bregistry\b|\bregistrierungs|\bhkey|\bhklm\b|\bhkcu\b|\bsystem32|\bsyswow|\b(?:bcd|msinfo)edit|"
    r"\bbcd\s?edit|\bbootrec|\bboot\.ini|\bmsconfig|\bgpedit|\bsecpol|\b(?:base de )?registre\b|\beditor del registro|\bregistro d[eiao]l? (?:windows|sistema|configurazione)|"
    r"\beditor de registro|\bregister-?editor|\bwindows-?regist|\brecovery console|\bmbr\b|\bgrub\b|/etc/|\bc:[\\/]windows\b",
    "data": r"\b(?:delete|erase|format|wipe)(?:the|all)?(?:files?|disk|drive|folders?|data|c)\b|\bformat\s*/?\s*[a-z]\s?:|\bformat\s+(?:drive\s+|disk\s+)?[a-z]\b(?=\s*(?:drive|:|/|$))|\bdiskpart|\bmkfs|\brm\s+-\w*[rf]|\bdel\s+[/*.\\]|\*\.\*|\brmdir\b|\brd\s+/s|\bfactory[\s-]*reset|"
    r"\breset (?:this|the|your|my) (?:pc|computer|laptop)\b|\bsdelete|\bcipher\s+/w|\bclear-?disk|\bformat-?volume|\bremove-?item|\bvssadmin|\bfdisk|\bdd if=|\bdrop table|"
    r"\brepartition|\breinstall (?:windows|macos|the (?:operating system|os))|\bremote wipe|\bsecure erase|\bclear-?recyclebin|\bdelete everything|\bwipe (?:it|everything|all)|"
    r"\bleave no (?:data|files)|\btabula rasa|\bclean install",
    "credentials": r"\b(?:reset|change|disable|remove)(?:the)?(?:password|mfa|2fa)\b|\bset-?aduser|\bset-?adaccount|\bnet user\b|\bunlock-?adaccount|\bset-?msoluser|\breset-?msol|\bstrongauth|\brequire re-?register|\bper-user mfa|"
    r"\bpassword never expires|\bmfa (?:off|disabled)|\b(?:temporary|initial|default|new) password (?:for|of) (?:the|this|a) (?:user|caller|customer|colleague)|\bcredential dump",
    "security": r"\b(?:disable|turnoff|stop|kill|remove|uninstall)(?:the)?(?:antivirus|firewall|defender|edr|uac)|\brun anyway|\bnetsh advfirewall|\bset-?mppreference|\badd-?mppreference|\biptables|\bufw\s+(?:disable|allow)|\bsetenforce|\bexecution-?\s?policy|"
    r"\bopen (?:up )?(?:the )?(?:tcp |udp )?ports? \d+|\bport[\s-]?forward|\b(?:proceed|continue) (?:anyway|to .{0,30}unsafe)|\baccept the risk|\bmpcmdrun|\bwithout (?:the |any )?(?:antivirus|firewall|virenschutz)|"
    r"\bunprotected\b|\b(?:firewall|antivirus|defender|uac|bitlocker)\s*[:=>→-]+\s*(?:off|aus|no|0|none|disabled)|\bexclusion list",
    "elevation": r"\b(?:local |domain )?administrators? group|\bdomain admins?\b|\blocal admins?\b|\bas (?:an? |the )?(?:local |domain )?admin|\bals (?:lokaler )?(?:admin|beheerder)|\ben tant qu.?\s?admin|\bcomo admin|\bcome ammin|\bcon privileg|\bmit adminrechten|"
    r"\bmit administrat|\bmet beheerder|\bpermissions d.administrat|\bdroits d.admin|\belevat(?:e|ed|ion|ing)\b|\bsudo\b|\bsu -|\brunas\b|\broot (?:access|user|shell|account)|\bpowershell|\bpwsh|"
    r"\bwscript|\bcscript|\bmshta|\brundll|\bregsvr|\binvoke-|\biex\b|\|\s*(?:ba)?sh\b|\bschtasks|\bpsexec|\bwmic\b|\bnet localgroup|\bsc(?:\.exe)? (?:stop|start|config|delete|query)\b|\bnet (?:stop|start)\b|"
    r"\bnetsh\b|\bdism\b|\bsfc\s*/|\bchkdsk|\btakeown|\bicacls|\bservices\.msc|\bcompmgmt|\blusrmgr|\bservices (?:console|app|snap-?in|window|management)|"
    r"\badmin(?:istration|istrator)?(?:'s)?\s*(?:cent(?:er|re)|portal|console|panel|interface|tool\w*)\b|\bmanagement console|\bchmod\b|\bchown\b|\badmin[\s-]*(?:cmd|prompt|shell|terminal)|"
    r"\bcommand prompt \(admin|\bcrontab|\blaunchctl|\bsystemctl|\bgod ?mode|\bcurl\b.*\||\bwget\b",
    "domain": r"\badd-?computer|\bremove-?computer|\breset-?computermachine|\bnetdom\b|\bdsmod|\bdsadd|\bnew-?ad\w+|\bset-?ad\w+|\bremove-?ad\w+|\badd-?dnsserver|\bnsupdate|\bset-?dnsclient|\bset-?net\w+|"
    r"\b8\.8\.8\.8|\b8\.8\.4\.4|\b1\.1\.1\.1|\bdhcp (?:scope|reservation|lease time|server)|\bdsquery|\bgpmc|\bdnsmgmt|\bdcpromo|\bntdsutil|\bforest trust|\bdns zone",
    "server": r"\biisreset|\bkubectl|\bdocker (?:rm|stop|restart)|\brestart-?service|\bstop-?service|\brestart-?computer|\bstop-?vm|\bset-?mailbox|\bset-?transport|\balter table|\bupdate \w+ set\b|\bproduction (?:config|server|system|environment|database)",
    "billing": r"\b(?:upgrade|downgrade|change|switch|move)\w*\s+(?:the|their|his|her|this|your|to)\s+(?:\w+\s+)?plan\b|\bbusiness (?:premium|standard|basic)\b|\bslmgr|\bcvv\b|\biban\b|\bcredit card|\bset-?msoluserlicense|\bset-?mguserlicense|\bcheckout page|\bplace (?:the|an) order",
}  # fmt: skip

# Things whose names hold a word of the floor and that a caller may well clear, forget or renew.
SAFE = re.compile(
    r"\bcontact\s+(?:your|the|an|their|its)\s+(?:system\s+)?administrators?|\bcredential manager\b|\(windows credentials\)|"
    r"\bopen(?:s|ing)?\s+(?:the\s+)?(?:microsoft\s+|google\s+)?authenticator(?:\s+app)?|"
    r"\b(?:temporary|temp|cached|offline)\s+(?:internet\s+)?(?:images?\s+and\s+)?files?\b|\bcached images and files\b|"
    r"\b(?:browsing|website|web site|site|app|cookies and (?:other )?site|cookies and)\s+data\b|\bfrom the past\b|"
    r"\b(?:flush|clear|empty)(?:ing)?\s+(?:the\s+|its\s+|your\s+)?(?:local\s+)?dns(?:\s+(?:resolver\s+)?cache)?|\bflushdns\b|\b(?:saved|stored|remembered|cached|old)\s+passwords?\b|"
    r"\bwi-?fi\s+passwords?\b|\bsafely remove\b|\bclear (?:the )?(?:mail|email) (?:search|field)|\bdesktop (?:app|client|version|icon|shortcut)\b|"
    r"\b(?:print|printer) (?:job|queue|document)s?\b|\bmail (?:app|client|program)\b|\bforget password\b|\bprofile (?:picture|photo|icon)\b"
)

SELF_SERVICE = re.compile(
    r"\bself[\s-]?service|\b(?:reset|change|choose|set)\w*\s+(?:it|their|his|her|your)\s+(?:own\s+)?(?:password\s+)?(?:themselves|himself|herself|by\s+themselves)|"
    r"\btheir own (?:password|page|account)|\bforgot(?:ten)?\s+(?:my\s+|your\s+)?password|\bpassword ?reset (?:page|portal|site|link)|\bsspr\b|\bctrl\s*\+?\s*alt\s*\+?\s*(?:del|entf|suppr|supr|canc)"
)
# Whose password it is then, is not the caller's own.
OTHERS = re.compile(r"\b(?:colleague|co-?worker|another|shared|somebody else|someone else)")
ADMIN_TOOL = re.compile(
    r"\badmin(?!istrator at)|\bactive directory|\baduc\b|\bentra\b|\bazure\b|\bon (?:their|his|her|the caller's|the customer's|behalf)\b(?=.{0,20}behalf)|\bon behalf|"
    r"\bfor (?:them|him|her|the (?:user|caller|customer))\b|\btemporary password|\bdisable|\bturn(?:ing)? off|\bremove (?:the |their )?(?:mfa|authenticator|second)|\bbypass|\bskip (?:the )?(?:mfa|second)"
)
NEGATION = re.compile(
    r"\b(?:do not|don't|dont|never|must not|mustn't|should not|shouldn't|cannot|can't|not|without|no need to|avoid|nicht|nie|niemals|ohne|ne pas|jamais|sans|nunca|no|sin|non|mai|senza|nao|sem|niet|nooit|zonder)"
    r"(?:\s+(?:\w+ly|ever|yet|to|try to|start|let them|let anyone|also|have to|need to|zu))?$"
)
NO_NEGATION = re.compile(
    r"\b(?:forget|hesitate|fail|only|just|why|if|unless|until|before|worry|afraid|matter|whether|could|or)\b(?:\s+\w+){0,2}$|\bno$(?<=\bno)(?=never)|\bwhy (?:do|don't|not)"
)

FUNCTION_WORDS = tuple(
    frozenset(words.split())
    for words in (
        """the a an to of and or in on at is are it its for with that this if from by as be has have do does did not you your they their them he she
        his her can will was were what which when where how there then than into out up down off no yes any all some one more only again ask caller
        after before every same now about please""",
        """der die das den dem des ein eine einen einem einer und oder ist sind zu im am auf mit fur von sie er es nicht wenn dass wird werden hat
        haben bitte ob wie in an aus bei nach""",
        """le la les un une des du de et ou est sont au aux en pour par sur avec dans que qui ne pas il elle ce cette si vous votre a""",
        """el la los las un una unos y o es son en al del de con para por que su se lo si no a""",
        """il lo la gli i le un una di e o che per con su non della del dello nel nella sono se si da al alla""",
        """o a os as um uma e ou do da dos das em no na nos nas para com que se nao sao ao de por""",
        """de het een en of is zijn op in met voor van dat die niet als te er aan om u uw""",
    )
)
"""Per language, so that another language's words are not counted together from all of them."""

UNSCRAMBLED = (
    "format", "delete", "disable", "remove", "registry", "regedit", "firewall", "antivirus", "defender", "administrator", "password", "server", "domain",
    "license", "licence", "powershell", "elevated", "bios", "partition",
)  # fmt: skip
"""Words that are read also when their inner letters have changed places."""
